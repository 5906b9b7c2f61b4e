//! Where the card stands: where the agent left it, else in the corner where the screen ends. Pure; physical pixels.
//!
//! ```text
//!   ┌ work area ───────────────┐
//!   │                          │   A card in the lower half hangs from its lower edge: it grows upwards
//!   │             ┌ card ──┐   │   as notes are written. In the upper half it is the other way round.
//!   │             │        │   │
//!   │             └────────┘   │
//!   └──────────────────────────┘
//! ```

use serde::{Deserialize, Serialize};

/// A rectangle on the desktop that all screens make up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// From the left.
    pub x: i32,
    /// From the top.
    pub y: i32,
    /// To the right of it.
    pub width: i32,
    /// Downwards.
    pub height: i32,
}

/// Where the agent left the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spot {
    /// Its left edge.
    pub x: i32,
    /// The edge that stays when it grows.
    pub y: i32,
    /// Which one that is.
    pub edge: Edge,
}

/// The upper or the lower edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edge {
    /// The upper.
    Top,
    /// The lower.
    Bottom,
}

/// The side of the screen where lines end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// In languages that are written from left to right.
    Right,
    /// In the others.
    Left,
}

/// Between the card and the end of the screen, at first.
const MARGIN: i32 = 16;

/// Where a card of that size stands: at its spot as far as that is on one of the screens, else in the corner of the first. It
/// is never larger than the screen.
pub fn place(screens: &[Area], spot: Option<Spot>, (width, height): (i32, i32), end: End) -> Option<Area> {
    let wanted = |height| spot.map(|spot| spot.area(width, height));
    let screen = match wanted(height) {
        Some(card) => screens.iter().min_by_key(|screen| screen.distance(&card))?,
        None => screens.first()?,
    };
    let height = height.min(screen.height);
    let card = wanted(height).unwrap_or_else(|| screen.corner(width, height, end));
    Some(card.within(screen))
}

impl Spot {
    /// Where a card was left that stands on one of these screens.
    pub fn of(card: Area, screens: &[Area]) -> Spot {
        let screen = screens.iter().min_by_key(|screen| screen.distance(&card));
        let is_low = screen.is_none_or(|screen| card.middle().1 > screen.middle().1);
        let (y, edge) = if is_low { (card.bottom(), Edge::Bottom) } else { (card.y, Edge::Top) };
        Spot { x: card.x, y, edge }
    }

    fn area(self, width: i32, height: i32) -> Area {
        let y = if self.edge == Edge::Top { self.y } else { self.y.saturating_sub(height) };
        Area { x: self.x, y, width, height }
    }
}

impl Area {
    fn bottom(&self) -> i32 {
        self.y.saturating_add(self.height)
    }

    fn middle(&self) -> (i32, i32) {
        (self.x.saturating_add(self.width / 2), self.y.saturating_add(self.height / 2))
    }

    fn corner(&self, width: i32, height: i32, end: End) -> Area {
        let x = if end == End::Left { self.x + MARGIN } else { self.x + self.width - width - MARGIN };
        Area { x, y: self.bottom() - height - MARGIN, width, height }
    }

    /// Moved as little as it takes to lie in `screen`; what is too wide begins with it.
    fn within(self, screen: &Area) -> Area {
        let into = |at: i32, length: i32, from: i32, room: i32| at.min(from + room - length).max(from);
        let (x, y) =
            (into(self.x, self.width, screen.x, screen.width), into(self.y, self.height, screen.y, screen.height));
        Area { x, y, ..self }
    }

    /// From the middle of `card` to the nearest point of this one.
    fn distance(&self, card: &Area) -> i64 {
        let away = |at: i32, from: i32, length: i32| {
            let (at, from) = (i64::from(at), i64::from(from));
            (from - at).max(at - from - i64::from(length)).max(0)
        };
        let (x, y) = card.middle();
        away(x, self.x, self.width) + away(y, self.y, self.height)
    }
}

#[cfg(test)]
mod tests;
