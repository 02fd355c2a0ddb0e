pub fn wrong() {
    @ERRORS@
}
