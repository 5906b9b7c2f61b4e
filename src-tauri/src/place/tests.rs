use super::*;

const SIZE: (i32, i32) = (360, 220);
/// A panel of 40 pixels lies above it.
const SCREEN: Area = Area { x: 0, y: 40, width: 1280, height: 860 };
const LEFT_OF_IT: Area = Area { x: -1920, y: 0, width: 1920, height: 1080 };

fn placed(screens: &[Area], spot: Spot, height: i32) -> Area {
    place(screens, Some(spot), (SIZE.0, height), End::Right).expect("a screen")
}

#[test]
fn at_first_it_stands_in_the_lower_corner_at_the_end_of_the_lines() {
    let first = |end| place(&[SCREEN, LEFT_OF_IT], None, SIZE, end).map(|card| (card.x, card.y));
    assert_eq!(first(End::Right), Some((1280 - 360 - MARGIN, 900 - 220 - MARGIN)));
    assert_eq!(first(End::Left), Some((MARGIN, 900 - 220 - MARGIN)));
}

#[test]
fn without_a_screen_there_is_no_place() {
    assert_eq!(place(&[], None, SIZE, End::Right), None);
    assert_eq!(place(&[], Some(Spot { x: 1, y: 1, edge: Edge::Top }), SIZE, End::Right), None);
}

#[test]
fn it_comes_back_to_where_it_was_left() {
    for (x, y) in [(100, 60), (500, 660), (-1800, 20), (-600, 800)] {
        let screens = [SCREEN, LEFT_OF_IT];
        let left = Area { x, y, width: SIZE.0, height: SIZE.1 };
        assert_eq!(placed(&screens, Spot::of(left, &screens), SIZE.1), left);
    }
}

#[test]
fn it_grows_away_from_the_nearer_end_of_the_screen() {
    let low = Spot::of(Area { x: 100, y: 600, width: 360, height: 220 }, &[SCREEN]);
    assert_eq!((placed(&[SCREEN], low, 400).y, placed(&[SCREEN], low, 100).y), (420, 720), "its lower edge stays");
    let high = Spot::of(Area { x: 100, y: 50, width: 360, height: 220 }, &[SCREEN]);
    assert_eq!((placed(&[SCREEN], high, 400).y, placed(&[SCREEN], high, 100).y), (50, 50), "its upper edge stays");
}

#[test]
fn a_screen_that_is_gone_sends_it_to_the_nearest() {
    let left = Area { x: -1800, y: 30, width: 360, height: 220 };
    let spot = Spot::of(left, &[SCREEN, LEFT_OF_IT]);
    let card = placed(&[SCREEN], spot, 220);
    assert_eq!((card.x, card.y), (0, 40), "at the edge that was nearest, below the panel");
}

#[test]
fn half_off_the_screen_it_is_pulled_back() {
    let card = placed(&[SCREEN], Spot { x: 1200, y: 950, edge: Edge::Bottom }, 220);
    assert_eq!((card.x, card.y), (1280 - 360, 900 - 220));
    let card = placed(&[SCREEN], Spot { x: -50, y: 0, edge: Edge::Top }, 220);
    assert_eq!((card.x, card.y), (0, 40));
}

#[test]
fn it_is_never_taller_than_the_screen() {
    for spot in [None, Some(Spot { x: 10, y: 800, edge: Edge::Bottom }), Some(Spot { x: 10, y: 50, edge: Edge::Top })] {
        let card = place(&[SCREEN], spot, (360, 5000), End::Right).expect("a screen");
        assert_eq!((card.y, card.height), (40, 860));
    }
}

#[test]
fn a_file_that_somebody_wrote_cannot_throw_it_off() {
    for spot in [i32::MIN, i32::MAX].map(|far| Spot { x: far, y: far, edge: Edge::Bottom }) {
        let card = placed(&[SCREEN, LEFT_OF_IT], spot, 220);
        let holds = |screen: &Area| card.within(screen) == card;
        assert!([SCREEN, LEFT_OF_IT].iter().any(holds), "{card:?}");
    }
}
