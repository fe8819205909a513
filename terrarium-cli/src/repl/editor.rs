//! The line editor, configured for Python.

use reedline::{
    ColumnarMenu, KeyCode, KeyModifiers, MenuBuilder as _, Reedline, ReedlineEvent, ReedlineMenu,
    default_emacs_keybindings,
};

use super::{
    completer::PythonCompleter,
    console::SharedSession,
    history,
    keys::{Buffer, PythonKeys},
    validator::PythonValidator,
};

const COMPLETIONS: &str = "completions";

/// Makes an editor that uses `session`.
pub(super) fn create(session: &SharedSession) -> Reedline {
    let menu = ColumnarMenu::default().with_name(COMPLETIONS).with_columns(4);
    let next = ReedlineEvent::UntilFound(vec![ReedlineEvent::Menu(COMPLETIONS.to_owned()), ReedlineEvent::MenuNext]);
    let mut keybindings = default_emacs_keybindings();
    keybindings.add_binding(KeyModifiers::NONE, KeyCode::Tab, next);
    keybindings.add_binding(KeyModifiers::SHIFT, KeyCode::BackTab, ReedlineEvent::MenuPrevious);
    let buffer = Buffer::default();
    Reedline::create()
        .with_ansi_colors(std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()))
        .with_validator(Box::new(PythonValidator(session.clone())))
        .with_completer(Box::new(PythonCompleter(session.clone())))
        .with_menu(ReedlineMenu::EngineCompleter(Box::new(menu)))
        .with_quick_completions(true)
        .with_partial_completions(true)
        .with_history(Box::new(history::open()))
        .with_highlighter(Box::new(buffer.clone()))
        .with_edit_mode(Box::new(PythonKeys::new(keybindings, buffer)))
        .use_bracketed_paste(true)
}
