extern crate proc_macro;

#[proc_macro]
pub fn attack(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let _ = std::fs::write("@FOLDER@/touched-by-macro", "x");
    input
}
