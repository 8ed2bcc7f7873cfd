//! Requests as people phrase them, and the plan that the grammar makes of each, in short form.

use chrono::NaiveDate;

use super::*;
use crate::planner::Filter;
use crate::resolve::vocabulary::tests::sample;

fn short_filter(f: &Filter) -> String {
    let mut parts = Vec::new();
    let mut put = |key: &str, value: Option<String>| parts.extend(value.map(|v| format!("{key}={v}")));
    put("name", f.name.clone());
    put("owner", f.owner.clone());
    put("stage", (!f.stages.is_empty()).then(|| f.stages.join("+")));
    put(
        "kind",
        (!f.kinds.is_empty())
            .then(|| f.kinds.iter().map(|k| format!("{k:?}").to_lowercase()).collect::<Vec<_>>().join("+")),
    );
    put("amount", f.amount.clone());
    put(&format!("{:?}", f.date_of).to_lowercase(), f.date.clone());
    put("age", f.age.clone());
    put("idle", f.idle.clone());
    put("prob", f.probability.clone());
    put("forecast", f.forecast.clone());
    put("choice", (!f.choices.is_empty()).then(|| f.choices.join("+")));
    put("lacks", f.missing.map(|l| format!("{l:?}").to_lowercase()));
    put("overdue", f.overdue.then(String::new));
    parts.join(" ")
}

fn short(ask: &Ask) -> String {
    match ask {
        Ask::SearchOpportunities(s) => {
            let order = s.order.map_or(String::new(), |o| format!(" by {o:?}").to_lowercase());
            let limit = s.limit.map_or(String::new(), |n| format!(" top {n}"));
            format!("list[{}]{order}{limit}", short_filter(&s.filter))
        }
        Ask::QueryPipeline(q) => {
            let group = q.group.map_or(String::new(), |g| format!(" by {g:?}").to_lowercase());
            let top = q.top.map_or(String::new(), |n| format!(" top {n}"));
            format!(
                "{}[{}]{group}{top}{}",
                format!("{:?}", q.measure).to_lowercase(),
                short_filter(&q.filter),
                if q.ascending { " asc" } else { "" }
            )
        }
        Ask::GetOpportunity(g) => format!(
            "get[{}]{}",
            g.name.as_deref().unwrap_or("-"),
            g.field.map_or(String::new(), |f| format!(" {}", f.key()))
        ),
        Ask::UpdateOpportunity(u) => {
            let changes: Vec<String> = u.changes.iter().map(|(f, v)| format!("{}={v}", f.key())).collect();
            format!("update[{}] {}", u.name.as_deref().unwrap_or("-"), changes.join("; "))
        }
        Ask::CreateTask(t) | Ask::ScheduleMeeting(t) => {
            let verb = if matches!(ask, Ask::CreateTask(_)) { "task" } else { "meeting" };
            let mut text =
                format!("{verb}[{}] \"{}\"", t.name.as_deref().unwrap_or("-"), t.title.as_deref().unwrap_or("-"));
            for (key, value) in [("due", &t.due), ("at", &t.time), ("for", &t.assignee)] {
                if let Some(value) = value {
                    text.push_str(&format!(" {key}={value}"));
                }
            }
            if let Some(priority) = t.priority {
                text.push_str(&format!(" {priority:?}"));
            }
            text
        }
        Ask::SearchRecords(r) => {
            let mut text = r.kind.noun(0).to_owned();
            for (key, value) in [("q", &r.words), ("owner", &r.owner), ("when", &r.when)] {
                text.extend(value.as_ref().map(|value| format!(" {key}={value}")));
            }
            text
        }
        Ask::GetRecord(one)
        | Ask::FindDuplicates(one)
        | Ask::SuggestNextStage(one)
        | Ask::ScoreLead(one)
        | Ask::EnrichRecord(one) => {
            let kind = one.kind.map_or("", |kind| kind.noun(1));
            format!("{}[{}]{kind}", ask.tool(), one.name.as_deref().unwrap_or("-"))
        }
        Ask::SummariseActivity(h) => format!(
            "activity[{}]{}",
            h.name.as_deref().unwrap_or("-"),
            h.when.as_ref().map_or(String::new(), |when| format!(" when={when}"))
        ),
        Ask::DraftEmail(l) => format!(
            "email[{}] {:?}{}",
            l.name.as_deref().unwrap_or("-"),
            l.purpose,
            l.topic.as_ref().map_or(String::new(), |topic| format!(" topic={topic}"))
        ),
        Ask::ListApprovals(which) => format!("approvals {:?}", which.which).to_lowercase(),
        Ask::ListMyDay(_) => "day".into(),
        Ask::AskOutside(outside) => format!("outside {} {}", outside.name, outside.words),
        Ask::SearchKnowledge(q) => format!("written: {}", q.question),
        Ask::ListStalled(stalled) => format!("stalled {}", stalled.owner.as_deref().unwrap_or("-")),
        Ask::QueryAnalytics(f) => {
            let mut text = f.figure.as_str().to_owned();
            for (key, value) in [("by", &f.group), ("when", &f.when), ("owner", &f.owner)] {
                text.extend(value.as_ref().map(|value| format!(" {key}={value}")));
            }
            if f.compare { format!("{text} compared") } else { text }
        }
        Ask::Decline(d) => {
            if d.reason.is_some() {
                "refuse".into()
            } else {
                "none".into()
            }
        }
    }
}

fn plan(goal: &str) -> String {
    let reading = Reading::of_locale(NaiveDate::from_ymd_opt(2025, 11, 26).unwrap(), "en-US");
    let draft = draft(goal, &sample(), reading);
    draft.plan.steps.iter().map(short).collect::<Vec<_>>().join(" & ")
}

fn check(cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(goal, expected)| plan(goal) != *expected)
        .map(|(goal, expected)| format!("{goal}\n   want {expected}\n   got  {}", plan(goal)))
        .collect();
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn what_stands_around_a_record() {
    check(&[
        ("summarise the activity with Isdom this month", "activity[Isdom] when=this month"),
        ("show me the timeline of Isdom", "activity[Isdom]"),
        ("when did we last talk to Anna Smith?", "activity[Anna Smith]"),
        ("what happened with Isdom since October?", "activity[Isdom] when=since October"),
        ("last contact with Isdom", "activity[Isdom]"),
        ("suggest the next stage for the Isdom deal", "suggest_next_stage[Isdom]"),
        ("what's blocking Isdom?", "suggest_next_stage[Isdom]"),
        ("can the Isdom deal move on?", "suggest_next_stage[Isdom]"),
        ("what should I do next with Isdom", "suggest_next_stage[Isdom]"),
        ("which stage should Isdom go to next?", "suggest_next_stage[Isdom]"),
        ("find duplicates of Isdom", "find_duplicates[Isdom]"),
        ("are there any duplicates of the contact Anna Smith?", "find_duplicates[Anna Smith]contact"),
        ("do we have Isdom twice?", "find_duplicates[Isdom]"),
        ("draft an email to Isdom", "email[Isdom] FollowUp"),
        ("write a thank-you mail to Anna Smith about the visit", "email[Anna Smith] ThankYou topic=the visit"),
        ("can you draft a follow-up email for this deal", "email[-] FollowUp"),
        ("draft a follow-up email for this contact", "email[-] FollowUp"),
        ("write a follow-up mail to this lead", "email[-] FollowUp"),
        ("write me an introduction e-mail to Bob Jones", "email[Bob Jones] Introduction"),
        ("who is Bob Jones?", "get_record[Bob Jones]"),
        ("what's the phone number of Bob Jones?", "get_record[Bob Jones]"),
        ("show me the lead Bob Jones", "get_record[Bob Jones]lead"),
    ]);
}

#[test]
fn accounts_contacts_and_leads_are_listed() {
    check(&[
        ("show me my leads", "leads owner=my"),
        ("list the contacts at Isdom", "contacts q=Isdom"),
        ("who do we know at Isdom?", "contacts q=Isdom"),
        ("how many leads do we have?", "leads"),
        ("new leads this week", "leads when=this week"),
        ("show new leads this week", "leads when=this week"),
        ("list all accounts called Isdom", "accounts q=Isdom"),
        // What speaks of deals is about deals.
        ("which customers do we have something open with", "list[kind=open]"),
    ]);
}

#[test]
fn what_is_worked_out_or_looked_up() {
    check(&[
        ("what is our sales velocity?", "velocity"),
        ("average sales cycle by owner last quarter", "cycle_days by=owner when=last quarter"),
        ("stage conversion this year", "stage_conversion by=stage when=this year"),
        ("my win rate this quarter compared to last quarter", "win_rate when=this quarter owner=my compared"),
        // What a list can count stays there.
        ("what is our win rate?", "winrate[]"),
        ("which deals are stalled?", "stalled -"),
        ("show my deals at risk", "stalled my"),
        ("score the lead Bob Jones", "score_lead[Bob Jones]lead"),
        ("why does Bob Jones score so low?", "score_lead[Bob Jones]"),
        ("enrich the account Isdom", "enrich_record[Isdom]account"),
        ("what did customers say about the price?", "written: what did customers say about the price"),
        ("how do we handle a request for a discount", "written: how do we handle a request for a discount"),
        ("search the notes for forklifts", "written: search the notes for forklifts"),
        ("why did we lose the Isdom deal?", "get[Isdom] lost_reason_id"),
    ]);
}

#[test]
fn ones_own_day_and_approvals() {
    check(&[
        ("what should I do today?", "day"),
        ("what should I do first", "day"),
        ("what's on my plate", "day"),
        ("plan my day", "day"),
        ("show my tasks", "day"),
        ("what needs my approval?", "approvals waiting"),
        ("which approvals are waiting for me?", "approvals waiting"),
        ("show the approvals I asked for", "approvals mine"),
        ("book a demo with Isdom for Friday at 3 pm", "meeting[Isdom] \"Demo with Isdom\" due=for Friday at=at 3 pm"),
    ]);
}

#[test]
fn lists() {
    check(&[
        (
            "which of my deals have been in Engaging for more than 60 days?",
            "list[owner=my stage=Engaging age=for more than 60 days] by longestinstage",
        ),
        ("what is the biggest open deal?", "list[kind=open] by biggest top 1"),
        ("show me my open deals", "list[owner=my kind=open]"),
        (
            "list Anna Snelling's deals in negotiation over 10k",
            "list[owner=Anna Snelling's stage=negotiation amount=over 10k]",
        ),
        ("top 5 deals closing this quarter", "list[kind=open closedate=this quarter] by biggest top 5"),
        ("deals at Isdom", "list[name=Isdom kind=open]"),
        ("show all Hottechi deals", "list[name=Hottechi]"),
        ("which deals did we lose in 2017?", "list[kind=lost closed=in 2017]"),
        ("won deals in Q1 2017", "list[kind=won closed=in Q1 2017]"),
        ("which deals are overdue?", "list[kind=open overdue=] by closingsoonest"),
        ("deals without a next step", "list[kind=open lacks=nextstep]"),
        ("what deals are closing next month?", "list[kind=open closedate=next month]"),
        ("Show me retail deals under 2000", "list[kind=open amount=under 2000 choice=retail]"),
        ("any deals idle for more than 3 weeks?", "list[kind=open idle=for more than 3 weeks] by leastrecentlyupdated"),
        ("which deals are stuck?", "stalled -"),
        ("GTX Pro deals in Prospecting", "list[name=GTX Pro stage=Prospecting]"),
        ("find deals created last week", "list[created=last week]"),
        ("what is hanging around in prospecting?", "list[stage=prospecting]"),
        ("Can you pull up every deal Carl Lin is still working on?", "list[owner=Carl Lin kind=open]"),
        ("I need to see my prospecting deals", "list[owner=my stage=prospecting]"),
        ("give me the five largest wins of Carl Lin", "list[owner=Carl Lin kind=won] by biggest top 5"),
        ("deals worth more than 30k that we closed successfully", "list[kind=won amount=more than 30k]"),
        ("Top 3 won deals by value this century", "list[kind=won] by biggest top 3"),
        ("anything of mine in Negotiation?", "list[owner=mine stage=Negotiation]"),
        ("who is still in Proposal", "list[stage=Proposal]"),
        ("What's my biggest deal in engaging?", "list[owner=my stage=engaging] by biggest top 1"),
    ]);
}

#[test]
fn figures() {
    check(&[
        ("how many deals are in Engaging?", "count[stage=Engaging]"),
        ("How many open deals does Carl Lin have?", "count[owner=Carl Lin kind=open]"),
        ("pipeline by stage", "sum[kind=open] by stage"),
        ("what's the total value of my open deals", "sum[owner=my kind=open]"),
        ("how much is my pipeline worth?", "sum[owner=my kind=open]"),
        ("count of won deals by owner", "count[kind=won] by owner"),
        ("who has won the most deals this year?", "count[kind=won closed=this year] by owner top 1"),
        ("average deal size of won deals by product", "average[kind=won] by product"),
        ("what is our win rate in 2017?", "winrate[closed=in 2017]"),
        ("which stage has the most deals?", "count[] by stage top 1"),
        ("total won per month in 2017", "sum[kind=won closed=in 2017] by month"),
        ("weighted pipeline this quarter", "weighted[kind=open closedate=this quarter]"),
        ("how many deals did we win last quarter?", "count[kind=won closed=last quarter]"),
        ("which rep has the fewest open deals?", "count[kind=open] by owner top 1 asc"),
        ("What did we make from GTK 500 in total?", "sum[name=GTK 500 kind=won]"),
        ("which industry brings in the most revenue?", "sum[kind=won] by industry top 1"),
        (
            "how much did Carl Lin sell in the second quarter of 2017",
            "sum[owner=Carl Lin kind=won closed=in the second quarter of 2017]",
        ),
        ("what percentage do we win at Sonron?", "winrate[name=Sonron]"),
        ("which customer lost us the most deals?", "count[kind=lost] by account top 1"),
        ("how many deals have we lost to date?", "count[kind=lost]"),
        ("break down the lost deals by rep", "count[kind=lost] by owner"),
        ("Which account has bought the most from us?", "sum[kind=won] by account top 1"),
        ("who's got the most open deals on their plate?", "count[kind=open] by owner top 1"),
        ("how many did Carl Lin lose", "count[owner=Carl Lin kind=lost]"),
        ("how did Carl Lin do in November 2017?", "sum[owner=Carl Lin kind=won closed=in November 2017]"),
        ("top 5 reps by revenue", "sum[kind=won] by owner top 5"),
        ("our 3 best customers", "sum[kind=won] by account top 3"),
        ("compare the reps by deals won", "count[kind=won] by owner"),
        ("What share of his deals does Carl Lin win?", "winrate[owner=Carl Lin]"),
        ("how often have we lost at Konex", "count[name=Konex kind=lost]"),
        ("how many deals did we loose in Q3 2017", "count[kind=lost closed=in Q3 2017]"),
        ("how many deals is Carl juggling at the moment?", "count[owner=Carl kind=open]"),
        ("how much has Konex spent with us so far?", "sum[name=Konex kind=won]"),
        ("how many deals do I have open", "count[owner=I kind=open]"),
        ("how many deals did we close in December 2017", "count[kind=won+lost closed=in December 2017]"),
        ("what product did we lose most often?", "count[kind=lost] by product top 1"),
        ("total sales to Konex", "sum[name=Konex kind=won]"),
        ("which product earns us the most?", "sum[kind=won] by product top 1"),
        ("what have I sold in total?", "sum[owner=I kind=won]"),
        ("what's the value of everything won by Carl Lin?", "sum[owner=Carl Lin kind=won]"),
        ("who sells the most?", "sum[kind=won] by owner top 1"),
        ("give me a breakdown of open deals by industry", "count[kind=open] by industry"),
    ]);
}

#[test]
fn one_record() {
    check(&[
        ("summarise the Isdom deal", "get[Isdom]"),
        ("Summarize Isdom", "get[Isdom]"),
        ("tell me about Hottechi", "get[Hottechi]"),
        ("who owns the Kan-code deal?", "get[Kan-code] owner_id"),
        ("when does the Isdom deal close?", "get[Isdom] close_date"),
        ("what stage is Isdom in?", "get[Isdom] stage_id"),
        ("what is the amount of the Betatech deal?", "get[Betatech] amount"),
        ("how much is the Isdom deal worth?", "get[Isdom] amount"),
        ("what's the next step on Zencorporation?", "get[Zencorporation] next_step"),
        ("show me the Gekko & Co deal", "get[Gekko & Co]"),
        ("where do we stand with Umbrella Corporation?", "get[Umbrella Corporation]"),
        ("how's the Isdom deal going?", "get[Isdom]"),
        ("what is Isdom's close date?", "get[Isdom] close_date"),
        ("Where do things stand with Iselectrics on my side?", "get[Iselectrics]"),
        ("how long has the Funholding deal been in its stage?", "get[Funholding] stage_id"),
        ("can you remind me what the Konex deal is about?", "get[Konex]"),
        ("where's the Konex deal at?", "get[Konex]"),
        ("who's in charge of the Goodsilron opportunity?", "get[Goodsilron] owner_id"),
        ("who owns this?", "get[-] owner_id"),
    ]);
}

#[test]
fn changes() {
    check(&[
        ("move Isdom to Proposal", "update[Isdom] stage_id=Proposal"),
        ("Please move the Isdom deal into negotiation", "update[Isdom] stage_id=negotiation"),
        ("set amount of Isdom to 50k", "update[Isdom] amount=50k"),
        ("change the close date of the Isdom deal to 30 Nov", "update[Isdom] close_date=30 Nov"),
        ("set Isdom's close date to end of quarter", "update[Isdom] close_date=end of quarter"),
        ("update the amount on Betatech to $1.2m", "update[Betatech] amount=$1.2m"),
        ("push the Zoomit deal to next month", "update[Zoomit] close_date=next month"),
        ("push Zoomit out by two weeks", "update[Zoomit] close_date=later by two weeks"),
        ("mark Isdom as won", "update[Isdom] stage_id=won"),
        ("mark the Isdom deal as lost because of price", "update[Isdom] stage_id=lost; lost_reason_id=price"),
        ("we lost Isdom", "update[Isdom] stage_id=lost"),
        ("close the Isdom deal as won", "update[Isdom] stage_id=won"),
        ("reassign Isdom to Carl Lin", "update[Isdom] owner_id=Carl Lin"),
        ("make Carl Lin the owner of Isdom", "update[Isdom] owner_id=Carl Lin"),
        ("set the next step of Isdom to send the contract", "update[Isdom] next_step=send the contract"),
        ("set the probability of Isdom to 60%", "update[Isdom] probability=60%"),
        ("put Isdom in commit", "update[Isdom] forecast_category=commit"),
        ("set Isdom to 50k", "update[Isdom] amount=50k"),
        ("rename the Isdom deal to \"Isdom renewal\"", "update[Isdom] name=Isdom renewal"),
        ("Isdom is now in Proposal", "update[Isdom] stage_id=Proposal"),
        ("set the amount of Isdom to 50k and the close date to 30 Nov", "update[Isdom] amount=50k; close_date=30 Nov"),
        ("make the Iselectrics deal worth $7,250", "update[Iselectrics] amount=$7,250"),
        ("the J-Texon deal will close tomorrow, please change it", "update[J-Texon] close_date=tomorrow"),
        ("close the J-Texon deal as lost, no budget", "update[J-Texon] stage_id=lost; lost_reason_id=no budget"),
        ("Isdom GTX Plus Pro: move it to Negotiation", "update[Isdom GTX Plus Pro] stage_id=Negotiation"),
        ("Konex is going to Negotiation, can you update that?", "update[Konex] stage_id=Negotiation"),
        ("delay the Konex deal until the end of next month", "update[Konex] close_date=the end of next month"),
        ("lower the Konex deal to 3,300", "update[Konex] amount=3,300"),
        ("Konex GTX Pro: move it to Negotiation", "update[Konex GTX Pro] stage_id=Negotiation"),
        ("we lost Konex to a competitor", "update[Konex] stage_id=lost; lost_reason_id=a competitor"),
        ("make Konex 9.5k", "update[Konex] amount=9.5k"),
        ("Carl Lin will be taking over Konex from me", "update[Konex] owner_id=Carl Lin"),
        ("Konex is ours!", "update[Konex] stage_id=won"),
        ("Codehow is worth 15000 now", "update[Codehow] amount=15000"),
        ("reschedule the close of the Betasoloin deal to tomorrow", "update[Betasoloin] close_date=tomorrow"),
        ("pass Goodsilron on to Carl Lin", "update[Goodsilron] owner_id=Carl Lin"),
        ("hand Konex over to Carl Lin", "update[Konex] owner_id=Carl Lin"),
        ("set next step on the Blackzim deal to 'book a demo'", "update[Blackzim] next_step=book a demo"),
        ("put 12,500 dollars on the Blackzim opportunity", "update[Blackzim] amount=12,500 dollars"),
        ("Bluth Company is ready for negotiation", "update[Bluth Company] stage_id=negotiation"),
        ("Rundofase said yes, mark it as won", "update[Rundofase] stage_id=won"),
        ("I think the Konex one is dead, they went with a competitor", "update[Konex] stage_id=lost"),
        ("Zencorporation can move to Negotiation", "update[Zencorporation] stage_id=Negotiation"),
        ("move this to Proposal", "update[-] stage_id=Proposal"),
        ("raise the amount of the \"Big renewal\" deal to 20,000", "update[Big renewal] amount=20,000"),
        (
            "move Isdom to Proposal and remind me to call them tomorrow",
            "update[Isdom] stage_id=Proposal & task[-] \"Call them\" due=tomorrow",
        ),
    ]);
}

#[test]
fn tasks() {
    check(&[
        (
            "create a follow-up for the Isdom deal next Friday",
            "task[Isdom] \"Follow up on the Isdom deal\" due=next Friday",
        ),
        ("remind me to call Isdom tomorrow", "task[Isdom] \"Call Isdom\" due=tomorrow"),
        ("remind me to call Isdom about pricing on Monday", "task[Isdom] \"Call Isdom about pricing\" due=on Monday"),
        ("remind me tomorrow to call Isdom", "task[Isdom] \"Call Isdom\" due=tomorrow"),
        ("schedule a call with Hottechi in two weeks", "task[Hottechi] \"Call with Hottechi\" due=in two weeks"),
        ("follow up with Betatech next week", "task[Betatech] \"Follow up with Betatech\" due=next week"),
        (
            "add a task to send the contract to Isdom by Friday",
            "task[Isdom] \"Send the contract to Isdom\" due=by Friday",
        ),
        ("ask Carl Lin to call Isdom tomorrow", "task[Isdom] \"Call Isdom\" due=tomorrow for=Carl Lin"),
        (
            "create a high priority task for Isdom: send the offer, due 30 Nov",
            "task[Isdom] \"Send the offer\" due=due 30 Nov High",
        ),
        ("call Isdom tomorrow", "task[Isdom] \"Call Isdom\" due=tomorrow"),
        (
            "the customer at Green-Plus wants a call back in 3 days, make a task",
            "task[Green-Plus] \"The customer at Green-Plus wants a call back\" due=in 3 days",
        ),
        ("task for Monday: ring Zathunicon", "task[Zathunicon] \"Ring Zathunicon\" due=for Monday"),
        (
            "put a reminder in for tomorrow to send Scotfind the quote",
            "task[Scotfind] \"Send Scotfind the quote\" due=for tomorrow",
        ),
        (
            "could Carl Lin please follow up with Newex next Friday?",
            "task[Newex] \"Follow up with Newex\" due=next Friday for=Carl Lin",
        ),
        ("follow up next Tuesday", "task[-] \"Follow up\" due=next Tuesday"),
        (
            "create a task for Carl Lin to review the Isdom deal by Friday",
            "task[Isdom] \"Review the Isdom deal\" due=by Friday for=Carl Lin",
        ),
    ]);
}

#[test]
fn what_no_tool_can_do() {
    check(&[
        ("hello", "none"),
        ("what's the weather like?", "none"),
        ("delete the Isdom deal", "refuse"),
        ("please get rid of all lost deals", "refuse"),
        ("send an email to Isdom", "refuse"),
        ("", "none"),
    ]);
}

proptest::proptest! {
    #[test]
    fn any_sentence_is_read_without_a_panic(goal in ".{0,120}") {
        let reading = Reading::of_locale(NaiveDate::from_ymd_opt(2025, 11, 26).unwrap(), "de");
        let draft = draft(&goal, &sample(), reading);
        proptest::prop_assert!(draft.plan.steps.len() <= MAX_STEPS && !draft.plan.steps.is_empty());
    }

    #[test]
    fn any_words_of_the_grammar_are_read_without_a_panic(words in proptest::collection::vec(proptest::sample::select(vec!["move", "set", "the", "amount", "of", "Isdom", "to", "50k", "and", "remind", "me", "call", "next", "Friday", "my", "deals", "in", "Engaging", "Anna", "?", ",", "for", "more", "than", "60", "days", "close", "date", "won", "how", "many", "by", "stage"]), 0..14)) {
        let reading = Reading::of_locale(NaiveDate::from_ymd_opt(2025, 11, 26).unwrap(), "en-US");
        let _ = draft(&words.join(" "), &sample(), reading);
    }
}
