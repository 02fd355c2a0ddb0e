//! Results become what people and platforms read: tables, feedback, gradebooks, the class report.
