//! What happened around the deals: calls, mails, meetings, notes, and the tasks that came of them.

use chrono::{Duration, NaiveDate};

use super::company::working_time;
use super::random::Random;
use super::vocabulary::SITES;
use super::{Activity, ActivityKind, Company, LOST, Opportunity, Priority, Task, WON};

/// Words that fill a template's places.
struct Places<'a> {
    contact: &'a str,
    account: &'a str,
    product: &'a str,
    site: &'a str,
    weeks: i64,
    percent: i64,
}

impl Places<'_> {
    fn fill(&self, template: &str) -> String {
        template
            .replace("{contact}", self.contact)
            .replace("{account}", self.account)
            .replace("{product}", self.product)
            .replace("{site}", self.site)
            .replace("{weeks}", &self.weeks.to_string())
            .replace("{percent}", &self.percent.to_string())
    }
}

const CALLS: [(&str, &str); 9] = [
    (
        "Intro call",
        "Spoke with {contact} about the {site}. They run three shifts and lose about {percent} % of output to manual handling. Interested in the {product}; wants numbers before involving the plant manager.",
    ),
    (
        "Call about timing",
        "{contact} says the budget is there but installation has to happen within {weeks} weeks, during the summer shutdown. Asked for a firm delivery date.",
    ),
    (
        "Follow-up call",
        "{contact} has read the proposal. Two open points: the payload of the gripper, and who trains the night shift. Will come back after talking to maintenance.",
    ),
    (
        "Price discussion",
        "{contact} expects {percent} % off for a two-year commitment. Said that I need approval for anything above ten. Stayed friendly.",
    ),
    (
        "Technical questions",
        "Went through the interface list with {contact} and their integrator. The {product} fits; they need the fieldbus option confirmed in writing.",
    ),
    ("Left a message", "{contact} not reachable, left a message. Their assistant says next week is better."),
    (
        "Qualification call",
        "Need confirmed, decision by {contact} together with finance. Competing quote from another supplier, about {percent} % cheaper without service.",
    ),
    (
        "Check-in",
        "Quick check-in with {contact}. The {site} is still the first candidate; safety audit takes {weeks} weeks.",
    ),
    (
        "Call with purchasing",
        "Purchasing at {account} wants payment terms of 60 days. {contact} supports us, but can't decide alone.",
    ),
];

const MAILS: [(&str, &str, bool); 9] = [
    (
        "Quote for the {product}",
        "Dear {contact},\n\nas discussed, attached is our quote for the {product}, including installation in the {site}. It is valid for {weeks} weeks.\n\nBest regards",
        false,
    ),
    (
        "Re: Quote for the {product}",
        "Thanks for the quote. We have compared it internally and have two questions about maintenance intervals. Could you also quote the care plan for three years?\n\n{contact}",
        true,
    ),
    (
        "Documents for your audit",
        "Dear {contact},\n\nhere are the safety documents for the {product}. Your auditor asked for the risk assessment; it starts on page 14.\n\nBest regards",
        false,
    ),
    (
        "Decision postponed",
        "We have to postpone the decision by about {weeks} weeks, as the investment committee meets later than planned. We are still very interested.\n\n{contact}",
        true,
    ),
    (
        "Reference visit",
        "Dear {contact},\n\nthe reference customer would be happy to show you their line. Would Tuesday or Wednesday suit you?\n\nBest regards",
        false,
    ),
    (
        "Re: Reference visit",
        "Wednesday is good. There will be four of us, including our works council.\n\n{contact}",
        true,
    ),
    (
        "Summary of our meeting",
        "Dear {contact},\n\nthank you for your time. We agreed on: a test with your parts, a revised quote with {percent} % volume discount, and a decision within {weeks} weeks.\n\nBest regards",
        false,
    ),
    (
        "Question about delivery",
        "When could you deliver if we order this month? Our {site} is being rebuilt and we would like to do both at once.\n\n{contact}",
        true,
    ),
    (
        "Your order",
        "We are pleased to place the order for the {product}. The purchase order number follows from our system tomorrow.\n\n{contact}",
        true,
    ),
];

const MEETINGS: [(&str, &str); 6] = [
    (
        "Site visit, {site}",
        "Walked the {site} with {contact}. Space is tight but workable. Cycle time today 42 seconds, goal is 30. Took photographs and part samples.",
    ),
    (
        "Demo of the {product}",
        "Showed the {product} with their own parts. {contact} was impressed by the changeover time. The engineer worries about reflections on metal parts.",
    ),
    (
        "Workshop with operations",
        "Half-day workshop at {account}. Agreed on success criteria for a pilot: {percent} % fewer stoppages within {weeks} weeks.",
    ),
    (
        "Commercial review",
        "Met {contact} and finance. Payback in under two years is a must. We are at 19 months with the current quote.",
    ),
    (
        "Kick-off planning",
        "Went through the installation plan with {contact}. Foundation work is theirs, electrical is ours.",
    ),
    (
        "Quarterly review",
        "Reviewed running systems at {account}: availability 98 %. They consider extending to the {site}.",
    ),
];

const NOTES: [&str; 8] = [
    "{contact} is the decision maker; the plant manager has a veto.",
    "Competitor is in the house with a trial unit. Our service response time is the argument that counts here.",
    "Budget year ends in {weeks} weeks. After that it has to be applied for again.",
    "They had a bad experience with an integrator. Offer our own installation team.",
    "Works council must agree before anything gets installed in the {site}.",
    "Strong case: {percent} % of their returns come from the {site}.",
    "Ask for a reference if this goes well; {contact} offered it.",
    "Prefers short mails and quick calls. Not on Fridays.",
];

const TASKS: [&str; 10] = [
    "Send the revised quote to {contact}",
    "Call {contact} about the decision",
    "Prepare the site visit at {account}",
    "Ask engineering about the interface for the {site}",
    "Get approval for the discount",
    "Send references to {contact}",
    "Update the business case for {account}",
    "Schedule the demo of the {product}",
    "Check delivery times for the {product}",
    "Follow up with {contact} after the committee",
];

/// Adds activities and tasks to the company's deals.
pub(super) fn write(company: &mut Company, random: &mut Random, today: NaiveDate) {
    let (mut activities, mut tasks) = (Vec::new(), Vec::new());
    for (index, opportunity) in company.opportunities.iter().enumerate() {
        let contact = company.contacts.get(opportunity.contact).map_or("", |contact| contact.first_name);
        let account = company.accounts.get(opportunity.account).map_or("", |account| account.name.as_str());
        let product = opportunity.lines.first().and_then(|line| company.products.get(line.product));
        let mut places = Places {
            contact,
            account,
            product: product.map_or("", |product| product.name),
            site: random.word(&SITES),
            weeks: 2,
            percent: 10,
        };
        for _ in 0..activity_count(random, opportunity) {
            places.weeks = random.between(2, 10);
            places.percent = random.between(4, 22);
            activities.push(activity(random, &places, opportunity, index, today));
        }
        let open = opportunity.stage != WON && opportunity.stage != LOST;
        if open && random.chance(72) {
            tasks.push(task(random, &places, opportunity, index, today));
        }
    }
    activities.sort_by_key(|activity: &Activity| activity.at);
    company.activities = activities;
    company.tasks = tasks;
}

fn activity_count(random: &mut Random, opportunity: &Opportunity) -> i64 {
    let steps = i64::try_from(opportunity.history.len()).unwrap_or(1);
    random.between(1, 1 + steps)
}

fn activity(
    random: &mut Random,
    places: &Places<'_>,
    opportunity: &Opportunity,
    index: usize,
    today: NaiveDate,
) -> Activity {
    let born = opportunity.created_at().date_naive();
    let last = opportunity.closed_at().map_or(today, |closed| closed.date_naive());
    let age = (today - born).num_days();
    let end = (today - last).num_days();
    let days = random.between(end.min(age), age);
    let at = working_time(random, today, days).max(opportunity.created_at());
    let at = opportunity.closed_at().map_or(at, |closed| at.min(closed));
    let (kind, subject, body, minutes, incoming) = match random.index(10) {
        0..=3 => {
            let (subject, body) = random.pick(&CALLS, ("", ""));
            let minutes = i32::try_from(random.between(4, 40)).ok();
            (ActivityKind::Call, subject, body, minutes, Some(random.chance(30)))
        }
        4..=6 => {
            let (subject, body, incoming) = random.pick(&MAILS, ("", "", false));
            // Only a won deal has an order.
            let order = subject == "Your order" && opportunity.stage != WON;
            let (subject, body, incoming) = if order {
                ("Re: Reference visit", "Thank you, that works.\n\n{contact}", true)
            } else {
                (subject, body, incoming)
            };
            (ActivityKind::Email, subject, body, None, Some(incoming))
        }
        7 | 8 => {
            let (subject, body) = random.pick(&MEETINGS, ("", ""));
            let minutes = i32::try_from(random.between(2, 8) * 15).ok();
            (ActivityKind::Meeting, subject, body, minutes, None)
        }
        _ => (ActivityKind::Note, "", random.word(&NOTES), None, None),
    };
    Activity {
        kind,
        subject: places.fill(subject),
        body: places.fill(body),
        at,
        minutes,
        incoming,
        by: opportunity.owner,
        opportunity: index,
    }
}

fn task(random: &mut Random, places: &Places<'_>, opportunity: &Opportunity, index: usize, today: NaiveDate) -> Task {
    let created_days = random.between(1, 20);
    let created_at = working_time(random, today, created_days).max(opportunity.created_at());
    let late = random.chance(22);
    let due =
        if late { today - Duration::days(random.between(1, 9)) } else { today + Duration::days(random.between(0, 21)) };
    let done_at = (!late && random.chance(20)).then(|| working_time(random, today, 1).max(created_at));
    Task {
        title: places.fill(random.word(&TASKS)),
        due,
        priority: random.pick(
            &[Priority::Low, Priority::Normal, Priority::Normal, Priority::Normal, Priority::High],
            Priority::Normal,
        ),
        assignee: opportunity.owner,
        opportunity: index,
        created_at,
        done_at,
    }
}

/// Why a deal was lost, in the words of who lost it; `reason` is in [`super::LOSS_REASONS`].
pub(super) fn loss_note(random: &mut Random, reason: usize) -> String {
    const NOTES: [[&str; 2]; 6] = [
        [
            "Our offer was {percent} % above the next one, and purchasing decided.",
            "They liked the solution but not the price; no room left after the second round.",
        ],
        [
            "They went with their existing supplier, who bundled service for free.",
            "Competitor delivered a trial unit within a week; we took five.",
        ],
        ["Investment freeze until next year.", "The budget went into the building instead."],
        ["Three months of silence after the proposal.", "No owner on their side since our contact left."],
        ["They needed a certified clean-room version.", "Missing interface to their warehouse system."],
        ["The line is being moved first; ask again next spring.", "Came too early, the tender is only next year."],
    ];
    let note = NOTES.get(reason).map_or("", |notes| random.word(notes));
    note.replace("{percent}", &random.between(8, 25).to_string())
}
