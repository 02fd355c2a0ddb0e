//! The student pack: the repository to hand out, without solutions and without the teacher's side.
