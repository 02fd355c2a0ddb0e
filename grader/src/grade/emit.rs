//! `cargo grade emit`: job files for the engine that a school already runs. It places the parts of a class on machines,
//! starts them, tries them again; nothing here does. The texts are in `emit/`.

mod quote;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use anyhow::{Context, Result, bail, ensure};
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, context};

use super::sandbox::Tier;

/// Who starts the parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Engine {
    /// A shell script that submits a job array, and the merge after it
    Slurm,
    /// Two Kubernetes jobs: an indexed one, and the merge
    K8s,
    /// A workflow of GitHub Actions: a matrix, and the merge after it
    Github,
}

/// What is to be graded, and what each part may use.
#[derive(Clone, Debug, clap::Args)]
pub struct Emit {
    /// slurm, k8s or github
    pub engine: Engine,
    /// What the platform let you download (k8s: in the volume; github: in the repository)
    pub submissions: PathBuf,
    /// So many parts
    #[arg(long)]
    pub shards: u32,
    /// Where the class goes; the parts go to a folder beside it, NAME-parts
    #[arg(long, default_value = "graded")]
    pub results: PathBuf,
    /// The course's rules (TOML)
    #[arg(long)]
    pub course: Option<PathBuf>,
    /// The class list (CSV)
    #[arg(long)]
    pub roster: Option<PathBuf>,
    /// How programs are kept in: bwrap, uid, none
    #[arg(long, default_value = "bwrap")]
    pub sandbox: Tier,
    /// Processors of a part; it grades four submissions at once on each
    #[arg(long, default_value_t = 2)]
    pub cpus: u32,
    /// Memory of a part, in MiB
    #[arg(long, default_value_t = 4096)]
    pub memory: u32,
    /// The longest that a part may take
    #[arg(long, default_value_t = 120)]
    pub minutes: u32,
    /// So often a part is tried again that met trouble (exit code 4)
    #[arg(long, default_value_t = 3)]
    pub retries: u32,
    /// The container's image, with the repository in /loopback (k8s)
    #[arg(long)]
    pub image: Option<String>,
    /// The persistent volume claim, mounted at /class (k8s)
    #[arg(long, default_value = "loopback")]
    pub claim: String,
    /// Write the file into this folder; without it, to standard output
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// GitHub runs at most so many jobs of one matrix (docs.github.com, "Running variations of jobs in a workflow").
const GITHUB_MOST: u32 = 256;
/// Kubernetes takes at most so many indexes of a job with `backoffLimitPerIndex` (kubernetes.io, "Jobs").
const K8S_MOST: u32 = 100_000;
/// Where the volume of a class is mounted.
const VOLUME: &str = "/class";
/// As `default_jobs` of a class: programs mostly wait.
const JOBS_PER_CPU: u32 = 4;
/// Of the workflow's toolchain; the manifest's `rust-version`.
const RUST: &str = env!("CARGO_PKG_RUST_VERSION");

impl Engine {
    /// What the file is called.
    pub fn file(self) -> &'static str {
        match self {
            Engine::Slurm => "loopback-slurm.sh",
            Engine::K8s => "loopback-k8s.yaml",
            Engine::Github => "loopback.yml",
        }
    }
}

impl Emit {
    /// The job file. `grader` is this program, `repository` the folder that it belongs to, `here` the current folder.
    pub fn text(&self, grader: &Path, repository: &Path, here: &Path) -> Result<String> {
        self.sensible()?;
        match self.engine {
            Engine::Slurm => self.slurm(grader, repository, here),
            Engine::K8s => self.k8s(),
            Engine::Github => self.github(),
        }
    }

    fn sensible(&self) -> Result<()> {
        for (name, number) in
            [("--shards", self.shards), ("--cpus", self.cpus), ("--memory", self.memory), ("--minutes", self.minutes)]
        {
            ensure!(number > 0, "{name} is 0; try: {name} 1 or more");
        }
        let (most, who) = match self.engine {
            Engine::Slurm => (u32::MAX, ""),
            Engine::K8s => (K8S_MOST, "an indexed Kubernetes job"),
            Engine::Github => (GITHUB_MOST, "a matrix of GitHub Actions"),
        };
        ensure!(self.shards <= most, "{who} has at most {most} parts, not {}; try: --shards {most}", self.shards);
        ensure!(self.results.file_name().is_some(), "`{}` is no folder for results", self.results.display());
        let paths = [Some(&self.submissions), Some(&self.results), self.course.as_ref(), self.roster.as_ref()];
        paths.into_iter().flatten().try_for_each(|path| self.writable(path))
    }

    /// A name that a job file cannot hold is said here, not by an engine an hour later.
    fn writable(&self, path: &Path) -> Result<()> {
        let Some(text) = path.to_str() else { bail!("`{}` is not UTF-8; try: another name", path.display()) };
        ensure!(!text.contains(char::is_control), "`{}` has a control character; try: another name", path.display());
        // There `${{` starts an expression, in quotes too.
        let github = self.engine == Engine::Github;
        ensure!(!github || !text.contains("${{"), "`{text}` would be read as an expression; try: another name");
        ensure!(!github || path.is_relative(), "`{text}` is not in the repository; try: a path relative to its root");
        let outside = self.engine == Engine::K8s && path.is_absolute() && !path.starts_with(VOLUME);
        ensure!(!outside, "`{text}` is not in the volume; try: a path relative to its root");
        Ok(())
    }

    /// The folder of the parts.
    fn parts(&self) -> PathBuf {
        let mut name = self.results.file_name().unwrap_or_default().to_os_string();
        name.push("-parts");
        self.results.with_file_name(name)
    }

    /// The arguments of a part, all but its number; `at` says where a path is on the machine that runs it.
    fn part(&self, grader: &str, at: &dyn Fn(&Path) -> String) -> Vec<String> {
        let mut words = [grader, &at(&self.submissions), "--out", &at(&self.parts())].map(str::to_string).to_vec();
        for (name, path) in [("--course", &self.course), ("--roster", &self.roster)] {
            words.extend(path.iter().flat_map(|path| [name.to_string(), at(path)]));
        }
        words.extend(["--sandbox".to_string(), self.sandbox.to_string()]);
        words.extend(["--jobs".to_string(), self.cpus.saturating_mul(JOBS_PER_CPU).to_string()]);
        words
    }

    /// The arguments of the merge, all but the folders of parts, which come last.
    fn merge(&self, grader: &str, at: &dyn Fn(&Path) -> String) -> Vec<String> {
        [grader, "merge", "--out", &at(&self.results)].map(str::to_string).to_vec()
    }

    fn slurm(&self, grader: &Path, repository: &Path, here: &Path) -> Result<String> {
        let at = |path: &Path| here.join(path).display().to_string();
        let program = grader.to_str().context("the path of this program is not UTF-8")?;
        render(
            "slurm.sh",
            &context! {
                grade => self.part(program, &at),
                merge => self.merge(program, &at),
                // Not in the folder of the parts: what a scheduler writes is no result.
                logs => at(&self.parts()) + "-log",
                parts_folder => at(&self.parts()),
                repository => repository.display().to_string(),
                ..self.limits()
            },
        )
    }

    fn k8s(&self) -> Result<String> {
        let Some(image) = &self.image else { bail!("no image; try: --image REGISTRY/NAME:TAG") };
        let at = |path: &Path| Path::new(VOLUME).join(path).display().to_string();
        let mut grade = self.part("target/release/grade", &at);
        grade.extend(["--shard", "auto"].map(str::to_string));
        let mut merge = self.merge("target/release/grade", &at);
        merge.push(at(&self.parts()));
        render(
            "k8s.yaml",
            &context! {
                grade,
                merge,
                image,
                claim => &self.claim,
                bwrap => self.sandbox == Tier::Bwrap,
                ..self.limits()
            },
        )
    }

    fn github(&self) -> Result<String> {
        // A path that starts with a dash would be an option.
        let at = |path: &Path| Path::new(".").join(path).display().to_string();
        render(
            "github.yml",
            &context! {
                grade => self.part("target/debug/grade", &at),
                merge => self.merge("target/debug/grade", &at),
                parts => (0..self.shards).collect::<Vec<_>>(),
                parts_folder => at(&self.parts()),
                results => at(&self.results),
                                // An expression of Actions, which looks like one of these templates.
                                part => "${{ matrix.part }}",
                                tries => (1..=self.retries.saturating_add(1)).map(|run| run.to_string()).collect::<Vec<_>>().join(" "),
                rust => RUST,
                ..self.limits()
            },
        )
    }

    fn limits(&self) -> minijinja::Value {
        context! {
            file => self.engine.file(),
            shards => self.shards,
            cpus => self.cpus,
            memory => self.memory,
            minutes => self.minutes,
            retries => self.retries,
        }
    }
}

fn render(name: &str, values: &minijinja::Value) -> Result<String> {
    static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        if let Ok(lines) = SyntaxConfig::builder().keep_trailing_newline(true).trim_blocks(true).build() {
            templates.set_syntax(lines);
        }
        // Each value is quoted where it stands, by one of these.
        templates.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        templates.add_filter("sh", quote::sh);
        templates.add_filter("words", quote::words);
        templates.add_filter("json", quote::json);
        for (name, text) in [
            ("slurm.sh", include_str!("emit/slurm.sh")),
            ("k8s.yaml", include_str!("emit/k8s.yaml")),
            ("container.yaml", include_str!("emit/container.yaml")),
            ("github.yml", include_str!("emit/github.yml")),
        ] {
            // A mistake in it shows itself when the template is asked for.
            let _ = templates.add_template(name, text);
        }
        templates
    });
    let template = TEMPLATES.get_template(name).with_context(|| format!("cannot read the template {name}"))?;
    template.render(values).with_context(|| format!("cannot write {name}"))
}
