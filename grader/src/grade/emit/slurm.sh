#!/bin/bash
# Made by `cargo grade emit slurm`: a class in {{ shards }} parts, and the job that puts the parts together.
# To be run where jobs are submitted: bash {{ file }}
set -eu
mkdir -p {{ logs | sh }}

grade=$(sbatch --parsable --chdir={{ repository | sh }} --output={{ (logs ~ "/grade-%a.txt") | sh }} <<'JOB'
#!/bin/bash
#SBATCH --job-name=loopback-grade
#SBATCH --array=0-{{ shards - 1 }}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task={{ cpus }}
#SBATCH --mem={{ memory }}M
#SBATCH --time={{ minutes }}
#SBATCH --requeue
#SBATCH --open-mode=append
grader=
# Slurm wants the node back, or the time is up. Passed on, so that the grader stops in order: what is graded is kept, and
# a task that Slurm queues again goes on there.
trap 'kill -TERM $grader 2>/dev/null' TERM
echo "part $SLURM_ARRAY_TASK_ID of {{ shards }} on $SLURMD_NODENAME, run $((${SLURM_RESTART_COUNT:-0} + 1))"
{{ grade | words }} --shard "$SLURM_ARRAY_TASK_ID/{{ shards }}" &
grader=$!
wait "$grader"
code=$?
while kill -0 "$grader" 2>/dev/null; do
    wait "$grader"
    code=$?
done
echo "ended with exit code $code"
# 4 is trouble of the machine, which may be gone the next time. No other code is tried again.
if [ "$code" -eq 4 ] && [ "${SLURM_RESTART_COUNT:-0}" -lt {{ retries }} ]; then
    scontrol requeue "$SLURM_JOB_ID"
fi
exit "$code"
JOB
)

# When all parts have ended, however they did: what is missing is named then, and the exit code is not 0.
merge=$(sbatch --parsable --chdir={{ repository | sh }} --output={{ (logs ~ "/merge.txt") | sh }} \
    --dependency="afterany:$grade" <<'JOB'
#!/bin/bash
#SBATCH --job-name=loopback-merge
#SBATCH --ntasks=1
#SBATCH --mem={{ memory }}M
#SBATCH --time={{ minutes }}
#SBATCH --requeue
#SBATCH --open-mode=append
exec {{ merge | words }} {{ parts_folder | sh }}
JOB
)
echo "parts: job $grade; merge: job $merge; what they say: "{{ logs | sh }}
