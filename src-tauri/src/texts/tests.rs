use super::*;

#[test]
fn a_locale_names_its_language() {
    assert_eq!(Texts::of_locale("fa_IR.UTF-8"), &FA);
    assert_eq!(Texts::of_locale("ru"), &RU);
    assert_eq!(Texts::of_locale("C.UTF-8"), &EN);
    assert_eq!(Texts::of_locale(""), &EN);
}

#[test]
fn a_chosen_language_wins_over_the_locale() {
    assert_eq!(Texts::of(Language::Ru), &RU);
}
