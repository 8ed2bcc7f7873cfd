//! The state machine of a request. Who may decide, and in whose place, is told to it; that nobody decides twice, that no level is
//! passed over and that nobody approves what they asked for themselves is its own to see to.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Definition, Level, Needs, Order};

/// How a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ApprovalStatus)]
pub enum Status {
    Pending,
    Approved,
    Rejected,
    Recalled,
}

impl Status {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Recalled => "recalled",
        }
    }
}

/// How a level stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ApprovalLevelStatus)]
pub enum LevelStatus {
    /// Its turn has not come.
    Waiting,
    Open,
    Approved,
    Rejected,
    /// It was over before this level had decided.
    Closed,
}

/// A yes or a no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ApprovalVerdict)]
pub enum Verdict {
    Approve,
    Reject,
}

/// What somebody said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Who said it: who sits there, or who stands in for them.
    pub by: Uuid,
    pub verdict: Verdict,
    pub at: DateTime<Utc>,
}

/// Somebody who is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    pub person: Uuid,
    /// Who passed it on.
    #[serde(default)]
    pub from: Option<Uuid>,
    /// It came to them because nobody decided in time: they decide alone.
    #[serde(default)]
    pub escalated: bool,
    pub said: Option<Said>,
}

/// A level as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunLevel {
    pub status: LevelStatus,
    pub seats: Vec<Seat>,
    #[serde(default)]
    pub due_at: Option<DateTime<Utc>>,
    #[serde(default)]
    pub escalated: bool,
}

/// A request as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    pub status: Status,
    pub round: i32,
    pub levels: Vec<RunLevel>,
    /// Who asked, and who has changed what is approved since: they decide nothing, unless the definition lets them.
    pub barred: Vec<Uuid>,
}

/// Why somebody can't do that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is over.
    Over(Status),
    /// They are not among those who are asked now.
    NotAsked,
    /// They asked for it themselves.
    Own,
    /// They have said so already.
    Again(Verdict),
    /// A level would have nobody.
    Nobody(usize),
    /// It is with them already.
    Seated,
}

/// In which level, and in whose place, a word was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    pub level: usize,
    pub seat: Uuid,
}

impl Run {
    /// A new request, of which no level is open yet.
    #[must_use]
    pub fn begin(definition: &Definition, requester: Uuid) -> Self {
        Self { status: Status::Pending, round: 1, levels: waiting(definition), barred: vec![requester] }
    }

    /// The levels whose turn has come and that are to be opened.
    #[must_use]
    pub fn to_open(&self, order: Order) -> Vec<usize> {
        if self.status != Status::Pending {
            return Vec::new();
        }
        let waits = |level: &RunLevel| level.status == LevelStatus::Waiting;
        let all = self.levels.iter().enumerate();
        match order {
            Order::Parallel => all.filter(|(_, level)| waits(level)).map(|(n, _)| n).collect(),
            Order::Sequence => all
                .take_while(|(n, _)| self.levels.iter().take(*n).all(|l| l.status == LevelStatus::Approved))
                .filter(|(_, level)| waits(level))
                .map(|(n, _)| n)
                .collect(),
        }
    }

    /// Whether somebody could be asked.
    #[must_use]
    pub fn may_sit(&self, definition: &Definition, person: Uuid) -> bool {
        definition.own_requests || !self.barred.contains(&person)
    }

    /// Opens a level for these people, without those who asked themselves.
    ///
    /// # Errors
    /// `Nobody` when none is left.
    pub fn open(
        &mut self,
        definition: &Definition,
        n: usize,
        people: &[Uuid],
        now: DateTime<Utc>,
    ) -> Result<(), Refused> {
        let mut seats: Vec<Seat> = Vec::new();
        for person in people.iter().filter(|person| self.may_sit(definition, **person)) {
            if !seats.iter().any(|seat| seat.person == *person) {
                seats.push(Seat { person: *person, from: None, escalated: false, said: None });
            }
        }
        let (Some(level), Some(rules)) = (self.levels.get_mut(n), definition.levels.get(n)) else {
            return Err(Refused::Nobody(n));
        };
        if seats.is_empty() || level.status != LevelStatus::Waiting {
            return Err(Refused::Nobody(n));
        }
        level.seats = seats;
        level.status = LevelStatus::Open;
        level.due_at = rules.escalation.map(|e| now + TimeDelta::hours(e.after_hours.into()));
        Ok(())
    }

    /// Who is asked at this moment: level and person.
    pub fn asked(&self) -> impl Iterator<Item = (usize, Uuid)> {
        let open = self.levels.iter().enumerate().filter(|(_, level)| level.status == LevelStatus::Open);
        open.flat_map(|(n, level)| level.seats.iter().filter(|s| s.said.is_none()).map(move |s| (n, s.person)))
    }

    /// Whether somebody could decide now, for themselves or for those for whom they stand in.
    #[must_use]
    pub fn may_decide(&self, definition: &Definition, by: Uuid, stands_for: &[Uuid]) -> bool {
        let mut open = self.levels.iter().zip(&definition.levels);
        self.status == Status::Pending
            && self.may_sit(definition, by)
            && open.any(|(level, rules)| !level.seats_of(rules, by, stands_for).is_empty())
    }

    /// Somebody says yes or no, wherever they are asked now, for themselves and for those for whom they stand in. Where so many
    /// different people are wanted they say it once.
    ///
    /// # Errors
    /// `Over`, `Own`, `NotAsked`, or `Again` when nothing is left for them to say.
    pub fn decide(
        &mut self,
        definition: &Definition,
        by: Uuid,
        stands_for: &[Uuid],
        verdict: Verdict,
        now: DateTime<Utc>,
    ) -> Result<Vec<Counted>, Refused> {
        let before = self.levels.iter().flat_map(|level| &level.seats);
        let before = before.filter_map(|seat| seat.said.filter(|said| said.by == by)).next_back();
        if self.status != Status::Pending {
            return Err(before
                .filter(|said| said.verdict == verdict)
                .map_or(Refused::Over(self.status), |said| Refused::Again(said.verdict)));
        }
        if !self.may_sit(definition, by) {
            return Err(Refused::Own);
        }
        let mut counted = Vec::new();
        for (n, (level, rules)) in self.levels.iter_mut().zip(&definition.levels).enumerate() {
            for at in level.seats_of(rules, by, stands_for) {
                let Some(seat) = level.seats.get_mut(at) else { continue };
                seat.said = Some(Said { by, verdict, at: now });
                counted.push(Counted { level: n, seat: seat.person });
            }
        }
        if counted.is_empty() {
            return Err(before.map_or(Refused::NotAsked, |said| Refused::Again(said.verdict)));
        }
        self.settle(definition);
        Ok(counted)
    }

    /// Draws the conclusions from what was said.
    fn settle(&mut self, definition: &Definition) {
        for (level, rules) in self.levels.iter_mut().zip(&definition.levels) {
            if level.status == LevelStatus::Open {
                level.status = level.outcome(rules);
            }
        }
        let any = |status| self.levels.iter().any(|level| level.status == status);
        if any(LevelStatus::Rejected) {
            self.end(Status::Rejected);
        } else if self.levels.iter().all(|level| level.status == LevelStatus::Approved) {
            self.end(Status::Approved);
        }
    }

    fn end(&mut self, status: Status) {
        self.status = status;
        let undecided = |level: &&mut RunLevel| matches!(level.status, LevelStatus::Open | LevelStatus::Waiting);
        for level in self.levels.iter_mut().filter(undecided) {
            level.status = LevelStatus::Closed;
        }
    }

    /// Who asked takes it back.
    ///
    /// # Errors
    /// `Over`.
    pub fn recall(&mut self) -> Result<(), Refused> {
        if self.status != Status::Pending {
            return Err(Refused::Over(self.status));
        }
        self.end(Status::Recalled);
        Ok(())
    }

    /// What is approved has been changed by somebody: all that was said is void, and they decide nothing either.
    ///
    /// # Errors
    /// `Over`.
    pub fn restart(&mut self, definition: &Definition, changed_by: Uuid) -> Result<(), Refused> {
        if self.status != Status::Pending {
            return Err(Refused::Over(self.status));
        }
        if !self.barred.contains(&changed_by) {
            self.barred.push(changed_by);
        }
        self.round += 1;
        self.levels = waiting(definition);
        Ok(())
    }

    /// Passes on what somebody is asked to somebody else.
    ///
    /// # Errors
    /// `Over`, `NotAsked`, `Own` when the other asked for it, `Seated` when it is with them already.
    pub fn delegate(
        &mut self,
        definition: &Definition,
        by: Uuid,
        stands_for: &[Uuid],
        to: Uuid,
    ) -> Result<Vec<Counted>, Refused> {
        if self.status != Status::Pending {
            return Err(Refused::Over(self.status));
        }
        if !self.may_sit(definition, by) || !self.may_sit(definition, to) {
            return Err(Refused::Own);
        }
        let (mut moved, mut seated) = (Vec::new(), false);
        for (n, level) in self.levels.iter_mut().enumerate().filter(|(_, level)| level.status == LevelStatus::Open) {
            let mine = |seat: &Seat| seat.said.is_none() && (seat.person == by || stands_for.contains(&seat.person));
            if level.seats.iter().any(|seat| seat.person == to) {
                seated |= level.seats.iter().any(mine);
                continue;
            }
            // One seat becomes theirs: two of one person would count once.
            if let Some(seat) = level.seats.iter_mut().find(|seat| mine(seat)) {
                moved.push(Counted { level: n, seat: seat.person });
                seat.from = Some(seat.person);
                seat.person = to;
            }
        }
        match (moved.is_empty(), seated) {
            (false, _) => Ok(moved),
            (true, true) => Err(Refused::Seated),
            (true, false) => Err(Refused::NotAsked),
        }
    }

    /// The levels that have said nothing for too long.
    #[must_use]
    pub fn overdue(&self, now: DateTime<Utc>) -> Vec<usize> {
        let late = |level: &RunLevel| {
            level.status == LevelStatus::Open && !level.escalated && level.due_at.is_some_and(|due| due <= now)
        };
        let all = self.levels.iter().enumerate();
        all.filter(|(_, level)| self.status == Status::Pending && late(level)).map(|(n, _)| n).collect()
    }

    /// When the next level is overdue.
    #[must_use]
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        let waits = |level: &&RunLevel| level.status == LevelStatus::Open && !level.escalated;
        self.levels.iter().filter(waits).filter_map(|level| level.due_at).min()
    }

    /// Brings a level to other people too, once; who of them is new to it.
    pub fn escalate(&mut self, definition: &Definition, n: usize, to: &[Uuid]) -> Vec<Uuid> {
        match self.levels.get_mut(n) {
            Some(level) if level.status == LevelStatus::Open && !level.escalated => level.escalated = true,
            _ => return Vec::new(),
        }
        self.call(definition, n, to)
    }

    /// The open levels that can't come to a yes any more by those of them who are able to speak: the others have left, or don't
    /// see what it is about.
    #[must_use]
    pub fn stuck(&self, definition: &Definition, able: &[Uuid]) -> Vec<usize> {
        let open = self.levels.iter().zip(&definition.levels).enumerate();
        let open = open.filter(|(_, (level, _))| self.status == Status::Pending && level.status == LevelStatus::Open);
        open.filter(|(_, (level, rules))| level.is_stuck(rules, able)).map(|(n, _)| n).collect()
    }

    /// Asks these people too, each of whom then decides an open level alone; who of them is new to it.
    pub fn call(&mut self, definition: &Definition, n: usize, to: &[Uuid]) -> Vec<Uuid> {
        let to: Vec<Uuid> = to.iter().copied().filter(|person| self.may_sit(definition, *person)).collect();
        let Some(level) = self.levels.get_mut(n).filter(|level| level.status == LevelStatus::Open) else {
            return Vec::new();
        };
        let mut told = Vec::new();
        for person in to {
            match level.seats.iter_mut().find(|seat| seat.person == person) {
                Some(seat) if seat.said.is_none() && !seat.escalated => seat.escalated = true,
                Some(_) => continue,
                None => level.seats.push(Seat { person, from: None, escalated: true, said: None }),
            }
            told.push(person);
        }
        told
    }
}

fn waiting(definition: &Definition) -> Vec<RunLevel> {
    let level =
        |_: &Level| RunLevel { status: LevelStatus::Waiting, seats: Vec::new(), due_at: None, escalated: false };
    definition.levels.iter().map(level).collect()
}

impl RunLevel {
    /// The seats that somebody would fill by deciding now, their own first. Of a quorum nobody fills two: it is of different people.
    fn seats_of(&self, rules: &Level, by: Uuid, stands_for: &[Uuid]) -> Vec<usize> {
        if self.status != LevelStatus::Open {
            return Vec::new();
        }
        let free = |wanted: &dyn Fn(Uuid) -> bool| -> Vec<usize> {
            let all = self.seats.iter().enumerate();
            all.filter(|(_, seat)| seat.said.is_none() && wanted(seat.person)).map(|(at, _)| at).collect()
        };
        let mut mine = free(&|person| person == by);
        mine.extend(free(&|person| person != by && stands_for.contains(&person)));
        if matches!(rules.needs, Needs::Quorum(_)) {
            let spoke = self.seats.iter().any(|seat| seat.said.is_some_and(|said| said.by == by));
            mine.truncate(usize::from(!spoke));
        }
        mine
    }

    /// Whether those who are able to speak can't bring it to a yes.
    fn is_stuck(&self, rules: &Level, able: &[Uuid]) -> bool {
        let silent = |seat: &&Seat| seat.said.is_none();
        if self.seats.iter().filter(silent).any(|seat| seat.escalated && able.contains(&seat.person)) {
            return false;
        }
        let asked = || self.seats.iter().filter(|seat| !seat.escalated);
        let (can, gone): (Vec<&Seat>, Vec<&Seat>) =
            asked().filter(silent).partition(|seat| able.contains(&seat.person));
        match rules.needs {
            Needs::Any => can.is_empty(),
            Needs::All => !gone.is_empty(),
            Needs::Quorum(n) => {
                let yes = asked().filter(|s| s.said.is_some_and(|said| said.verdict == Verdict::Approve)).count();
                yes + can.len() < usize::from(n).min(asked().count()).max(1)
            }
        }
    }

    /// What follows from what was said.
    fn outcome(&self, rules: &Level) -> LevelStatus {
        let said = |escalated: bool| self.seats.iter().filter(move |s| s.escalated == escalated).filter_map(|s| s.said);
        if let Some(alone) = said(true).next() {
            return Self::by(alone.verdict);
        }
        let spoken: Vec<Said> = said(false).collect();
        let yes = spoken.iter().filter(|said| said.verdict == Verdict::Approve).count();
        let no = spoken.len() - yes;
        let asked = self.seats.iter().filter(|seat| !seat.escalated).count();
        let open = asked - spoken.len();
        match rules.needs {
            Needs::Any => spoken.first().map_or(LevelStatus::Open, |first| Self::by(first.verdict)),
            Needs::All if no > 0 => LevelStatus::Rejected,
            Needs::All if open == 0 && yes > 0 => LevelStatus::Approved,
            Needs::All => LevelStatus::Open,
            Needs::Quorum(n) => {
                let wanted = usize::from(n).min(asked).max(1);
                if yes >= wanted {
                    LevelStatus::Approved
                } else if yes + open < wanted {
                    LevelStatus::Rejected
                } else {
                    LevelStatus::Open
                }
            }
        }
    }

    const fn by(verdict: Verdict) -> LevelStatus {
        match verdict {
            Verdict::Approve => LevelStatus::Approved,
            Verdict::Reject => LevelStatus::Rejected,
        }
    }
}
