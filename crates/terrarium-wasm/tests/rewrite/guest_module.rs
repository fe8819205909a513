//! The guest's main module: translated as a whole, and accepted by the engine.

use terrarium_wasm::rewrite::{Redirect, RewriteOptions, rewrite, validate};
use wasmtime::Module;

use crate::support::{engine, guest_module};

#[test]
fn every_function_of_the_guest_validates_after_rewriting_and_the_engine_compiles_it() {
    let guest = guest_module();
    assert!(validate(&guest).is_err(), "the guest uses legacy exceptions, so it must not validate as it is");
    let translated = rewrite(&guest, &RewriteOptions::default()).expect("the guest is translated");
    validate(&translated).expect("the translated guest is valid");

    let options = RewriteOptions {
        redirects: vec![Redirect::new("clock_nanosleep", "env", "sleep")],
        ..RewriteOptions::default()
    };
    let redirected = rewrite(&guest, &options).expect("the guest is redirected");
    validate(&redirected).expect("the redirected guest is valid");
    let module = Module::new(&engine(), &redirected).expect("the engine compiles the guest");
    assert!(module.imports().any(|import| import.module() == "env" && import.name() == "sleep"));
}
