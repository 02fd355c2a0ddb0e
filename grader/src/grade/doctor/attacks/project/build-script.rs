fn main() {
    let _ = std::fs::write("@FOLDER@/touched-by-build-script", "x");
}
