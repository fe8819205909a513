//! Tests of signatures.

use super::*;

fn signature(text: &str) -> Signature {
    text.parse().unwrap()
}

#[test]
fn a_signature_is_written_as_it_was_read() {
    for text in [
        "()",
        "(a)",
        "(a, /, b, *, c)",
        "(a: int, *rest: str, key=None, **more) -> dict[str, int]",
        "(a: Literal['x, y', \")\"] = 'x, y') -> str | None",
    ] {
        assert_eq!(signature(text).to_string(), text);
    }
    assert_eq!(signature("(a=Path('x'), b = [])").to_string(), "(a=..., b=[])");
}

#[test]
fn what_is_no_signature_is_refused() {
    for text in [
        "",
        "a",
        "(a",
        "(a)b",
        "(a) ->",
        "(1)",
        "(a, a)",
        "(a=1, b)",
        "(**k, a)",
        "(*a, *b)",
        "(if)",
        "(/)",
        "(a: in\nt)",
        "(a: x;y)",
        "(a: b#)",
        "(*a=1)",
    ] {
        assert!(text.parse::<Signature>().is_err(), "{text}");
    }
}

#[test]
fn arguments_take_the_names_of_their_parameters() {
    let signature = signature("(a: int, b: str = 'x', *rest, c=2, **more)");
    let (args, kwargs) = ([1.into()], [("z".into(), 3.into())]);
    let bound = signature.bind("f", &args, &kwargs).unwrap();
    let names: Vec<_> = bound.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["a", "rest", "more", "b", "c"]);
    assert_eq!(bound[2].1.value(), Value::Dict(vec![("z".into(), 3.into())]));
}

#[test]
fn a_wrong_argument_is_named_as_python_names_it() {
    let key = |name: &str| (name.to_owned(), Value::Int(1));
    for (text, args, kwargs, message) in [
        ("(a)", vec![], vec![], "f() missing 1 required positional argument: 'a'"),
        ("(a, b)", vec![], vec![], "f() missing 2 required positional arguments: 'a' and 'b'"),
        ("(*, a)", vec![], vec![], "f() missing 1 required keyword-only argument: 'a'"),
        ("(a)", vec![Value::None; 2], vec![], "f() takes 1 positional argument but 2 were given"),
        ("()", vec![Value::None], vec![], "f() takes 0 positional arguments but 1 was given"),
        ("(a)", vec![1.into()], vec![key("a")], "f() got multiple values for argument 'a'"),
        ("(a)", vec![1.into()], vec![key("b")], "f() got an unexpected keyword argument 'b'"),
        ("(a, /)", vec![], vec![key("a")], "f() got an unexpected keyword argument 'a'"),
        ("(a: int)", vec!["x".into()], vec![], "f() argument 'a' must be int, not str"),
        ("(*a: list[int])", vec![vec!["x"].into()], vec![], "f() argument 'a' must be list[int], not list"),
    ] {
        let refused = signature(text).bind("f", &args, &kwargs).err();
        assert_eq!(refused.as_deref(), Some(message));
    }
}
