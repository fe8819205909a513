//! Sets what linking an addon takes on each platform.

fn main() {
    napi_build::setup();
}
