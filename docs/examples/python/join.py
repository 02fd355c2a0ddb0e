"""What join with a number of seconds does."""

import threading

# ANCHOR: join
may_end = threading.Event()
thread = threading.Thread(target=may_end.wait)
thread.start()

print("join(0.1) returns", thread.join(0.1), "and the thread is alive:", thread.is_alive())
may_end.set()
print("join()    returns", thread.join(), "and the thread is alive:", thread.is_alive())
# ANCHOR_END: join
