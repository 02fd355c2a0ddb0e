//! A Slurm of a test's own: munged, slurmctld and two slurmd, on ports that were free, with all their files in one folder.
//!
//! Each daemon is the first process of a pid namespace of its own, so that with it ends whatever it has started: this is
//! how a node is lost, and how nothing is left behind. It ends too when the test's thread does.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::common::skipped;

/// For what takes a Slurm seconds, on a machine that does other things as well.
const LIMIT: Duration = Duration::from_secs(300);
/// Begins a daemon's command line.
const ALONE: &[&str] = &["--pdeathsig", "KILL", "unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];
const NODES: [&str; 2] = ["node1", "node2"];

pub struct Cluster {
    // Dropped in this order: nodes first, that the controller need not wonder.
    nodes: Vec<Daemon>,
    _controller: Daemon,
    _munged: Daemon,
    pub folder: TempDir,
}

struct Daemon(Child);

impl Daemon {
    fn start(log: &Path, command: &[&str]) -> Daemon {
        let out = fs::File::create(log).unwrap();
        let mut setpriv = Command::new("setpriv");
        setpriv.args(ALONE).args(command);
        setpriv.stdin(Stdio::piped()).stdout(out.try_clone().unwrap()).stderr(out);
        Daemon(setpriv.spawn().unwrap())
    }

    fn ended(&mut self) -> bool {
        self.0.try_wait().unwrap().is_some()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // The first process of the namespace; `unshare` waits for it, and then ends by itself.
        for pid in children(self.0.id()) {
            let _ = kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL);
        }
        let _ = self.0.wait();
    }
}

/// `None`, and said loudly, where there can be no Slurm.
pub fn cluster() -> Option<Cluster> {
    if !rustix::process::geteuid().is_root() {
        skipped("a Slurm of one's own needs root");
        return None;
    }
    for name in ["slurmctld", "slurmd", "sbatch", "munged", "setpriv", "unshare"] {
        if !on_path(name) {
            skipped(&format!("`{name}` is not installed; try: apt install slurm-wlm munge"));
            return None;
        }
    }
    // A port that was free may be taken by the time that it is used.
    (0..3).find_map(|_| Cluster::start()).or_else(|| panic!("no Slurm came up"))
}

fn on_path(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Daemons are where an ordinary user does not look.
    std::env::split_paths(&path).chain(["/usr/sbin".into()]).any(|folder| folder.join(name).is_file())
}

impl Cluster {
    fn start() -> Option<Cluster> {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        // munged wants to be reached by everybody through folders that nobody else can write to.
        for (name, mode) in [("", 0o755), ("munge", 0o755), ("state", 0o700)] {
            fs::create_dir_all(here.join(name)).unwrap();
            fs::set_permissions(here.join(name), std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
        }
        let key: Vec<u8> = (0..1024_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        fs::write(here.join("munge.key"), key).unwrap();
        fs::set_permissions(here.join("munge.key"), std::os::unix::fs::PermissionsExt::from_mode(0o400)).unwrap();
        let ports = free_ports();
        fs::write(here.join("slurm.conf"), configuration(here, &ports)).unwrap();
        let option = |name: &str, file: &str| format!("--{name}={}/{file}", here.display());
        let munged = Daemon::start(
            &here.join("munged.log"),
            &[
                "/usr/sbin/munged",
                "--foreground",
                "--force",
                &option("key-file", "munge.key"),
                &option("socket", "munge/socket"),
                &option("pid-file", "munge/pid"),
                &option("log-file", "munge/log"),
                &option("seed-file", "munge/seed"),
            ],
        );
        until("munged is there", || here.join("munge/socket").exists());
        let conf = here.join("slurm.conf").display().to_string();
        let controller = Daemon::start(&here.join("slurmctld.log"), &["/usr/sbin/slurmctld", "-D", "-f", &conf]);
        let nodes = NODES.map(|node| node_of(here, node, &[])).into();
        let mut cluster = Cluster { nodes, _controller: controller, _munged: munged, folder };
        let ready = waited(Duration::from_secs(30), || {
            cluster._controller.ended()
                || cluster.nodes.iter_mut().any(Daemon::ended)
                || cluster.states() == ["idle", "idle"]
        });
        (ready && cluster.states() == ["idle", "idle"]).then_some(cluster)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("SLURM_CONF", self.path("slurm.conf")).current_dir(self.folder.path());
        command
    }

    /// Runs one of Slurm's programs; what it prints.
    pub fn run(&self, program: &str, arguments: &[&str]) -> String {
        let out = self.command(program).args(arguments).output().unwrap();
        format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr)).trim().to_string()
    }

    /// Of both nodes.
    fn states(&self) -> Vec<String> {
        self.run("sinfo", &["-h", "-N", "-p", "class", "-o", "%T"]).lines().map(str::to_string).collect()
    }

    /// A node is lost: nothing on it goes on.
    pub fn lose(&mut self, node: usize) {
        self.nodes.remove(node);
    }

    /// Puts a node in the place of the second one, on which the kernel gives nobody a user namespace.
    pub fn refuse_namespaces(&mut self) {
        self.lose(1);
        let conf = self.path("slurm.conf").display().to_string();
        let then = format!("echo 0 >/proc/sys/user/max_user_namespaces && exec /usr/sbin/slurmd -D -N node2 -f {conf}");
        // The limit is the machine's, unless one is in a user namespace; and of that one users and groups come first.
        let mut node = Daemon::start(
            &self.path("node2.log"),
            &["unshare", "--user", "--mount", "sh", "-c", "echo ready; read go; exec sh -c \"$0\"", &then],
        );
        until("the namespace is there", || fs::read_to_string(self.path("node2.log")).unwrap().contains("ready"));
        let inside = children(node.0.id()).into_iter().next().unwrap();
        for map in ["uid_map", "gid_map"] {
            fs::write(format!("/proc/{inside}/{map}"), "0 0 65536").unwrap();
        }
        std::io::Write::write_all(node.0.stdin.as_mut().unwrap(), b"go\n").unwrap();
        self.nodes.push(node);
        until("the node is there again", || {
            self.run("scontrol", &["update", "nodename=node2", "state=resume"]);
            fs::read_to_string(self.path("node2.log")).unwrap().contains("slurmd started")
                && self.states() == ["idle", "idle"]
        });
    }

    pub fn all_ended(&self) {
        until("no job is left", || self.run("squeue", &["-h", "-o", "%i %T"]).is_empty());
    }
}

fn node_of(here: &Path, node: &str, before: &[&str]) -> Daemon {
    let conf = here.join("slurm.conf").display().to_string();
    let slurmd = ["/usr/sbin/slurmd", "-D", "-N", node, "-f", &conf];
    Daemon::start(&here.join(format!("{node}.log")), &[before, &slurmd].concat())
}

/// Three that nobody uses: all are open at once, so they differ, and closed again for the daemons.
fn free_ports() -> Vec<u16> {
    let open: Vec<TcpListener> = (0..3).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    open.iter().map(|port| port.local_addr().unwrap().port()).collect()
}

fn children(of: u32) -> Vec<i32> {
    let text = fs::read_to_string(format!("/proc/{of}/task/{of}/children")).unwrap_or_default();
    text.split_whitespace().map(|pid| pid.parse().unwrap()).collect()
}

/// The least that works. `cred_expire` is also how long a task waits that is queued again, and 6 s the least that Slurm takes.
fn configuration(here: &Path, ports: &[u16]) -> String {
    let (here, host) = (here.display(), fs::read_to_string("/proc/sys/kernel/hostname").unwrap());
    let host = host.trim();
    let node = |at: usize| {
        let (name, port) = (NODES[at], ports[at + 1]);
        format!("NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=1 RealMemory=4096\n")
    };
    format!(
        "ClusterName=loopback
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ctld}
SlurmUser=root
SlurmdUser=root
AuthInfo=socket={here}/munge/socket,cred_expire=6
StateSaveLocation={here}/state
SlurmdSpoolDir={here}/spool-%n
SlurmctldPidFile={here}/slurmctld.pid
SlurmdPidFile={here}/%n.pid
SwitchType=switch/none
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SchedulerParameters=bf_interval=1,batch_sched_delay=0
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SlurmdParameters=config_overrides
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmdTimeout=5
KillWait=10
ReturnToService=2
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
{one}{two}PartitionName=class Nodes=node1,node2 Default=YES State=UP PriorityTier=1
PartitionName=urgent Nodes=node1,node2 State=UP PriorityTier=2
",
        ctld = ports[0],
        one = node(0),
        two = node(1),
    )
}

/// Slurm tells nobody what happens in it: one has to ask.
pub fn until(what: &str, so: impl FnMut() -> bool) {
    assert!(waited(LIMIT, so), "waited {LIMIT:?}, but it is not so that {what}");
}

fn waited(limit: Duration, mut so: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + limit;
    while !so() {
        if Instant::now() > end {
            return false;
        }
        sleep(Duration::from_millis(50));
    }
    true
}
