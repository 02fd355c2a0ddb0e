//! What is not tested here. This is a student pack: it has no solutions, no mutants and no variants.

use grader::build::Workspace;
use grader::labs::LABS;

#[test]
fn the_proof_of_the_checks_needs_solutions() {
    let workspace = Workspace::find().unwrap();
    for lab in LABS {
        assert!(!workspace.solution(lab.number).exists(), "a student pack holds no solution");
    }
    // Not through `eprintln!`, which the test runner would keep to itself.
    let text = "\nNOT TESTED HERE: that the checks catch wrong programs and pass right ones needs the solutions, which \
                only the teacher's repository has.\n";
    std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes()).unwrap();
}
