use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::rule::catalogue::Catalogue;
use crate::rule::{Custom, Facts, RuleObject};

fn id(n: u128) -> StageId {
    Uuid::from_u128(n).into()
}

fn place(n: u128, kind: StageKind) -> Place {
    Place { id: id(n), name: format!("S{n}"), kind }
}

/// Three open stages, a won and a lost one.
fn stages() -> Vec<Place> {
    let open = (1..=3).map(|n| place(n, StageKind::Open));
    open.chain([place(4, StageKind::Won), place(5, StageKind::Lost)]).collect()
}

struct Deal {
    fields: Value,
    documents: Vec<ChoiceId>,
    ticked: Vec<Uuid>,
    roles: Vec<Uuid>,
    unapproved: Vec<Unapproved>,
}

impl Default for Deal {
    fn default() -> Self {
        Self {
            fields: json!({ "lost_reason_id": "x" }),
            documents: vec![],
            ticked: vec![],
            roles: vec![],
            unapproved: vec![],
        }
    }
}

fn ready(definition: Definition) -> Lifecycle {
    Lifecycle::new(
        1,
        definition,
        &Custom::default(),
        std::iter::once((Uuid::from_u128(50).into(), "Offer".into())).collect(),
    )
}

fn judge(lifecycle: &Lifecycle, coming: Coming<'_>, to: &Place, required: &[&str], deal: &Deal) -> Result<(), Refusal> {
    let required: Vec<String> = required.iter().map(|f| (*f).to_owned()).collect();
    let mut facts = Facts::default();
    if let Some(amount) = deal.fields.get("amount").and_then(Value::as_i64) {
        facts.put("amount", crate::rule::Value::Int(amount));
    }
    let none = Map::new();
    let cleared = evaluate(&MoveFacts {
        opportunity: Uuid::from_u128(9).into(),
        version: 3,
        coming,
        to,
        stages: &stages(),
        lifecycle,
        required: &required,
        roles: &deal.roles,
        fields: deal.fields.as_object().unwrap_or(&none),
        facts: Some((&facts, &facts)),
        documents: &deal.documents,
        ticked: &deal.ticked,
        unapproved: &deal.unapproved,
    })?;
    assert!(cleared.covers(Uuid::from_u128(9).into(), 3, to.id));
    assert!(!cleared.covers(Uuid::from_u128(9).into(), 4, to.id));
    Ok(())
}

fn lacks(refused: Result<(), Refusal>) -> Vec<String> {
    refused.unwrap_err().missing().iter().map(|m| format!("{} {}", m.code.as_str(), m.field)).collect()
}

#[test]
fn without_a_definition_a_stage_asks_for_its_own_fields() {
    let (free, all) = (Lifecycle::default(), stages());
    let fields = json!({ "next_step": " ", "tags": [], "amount": { "amount": "1" }, "custom.budget": 0 });
    let deal = Deal { fields, ..Deal::default() };
    let asked = ["next_step", "tags", "amount", "custom.budget", "custom.other"];
    let refused = judge(&free, Coming::New, &all[1], &asked, &deal);
    assert_eq!(lacks(refused), ["required next_step", "required tags", "required custom.other"]);
    // Why a deal was lost is asked of all but those that ended elsewhere.
    assert_eq!(lacks(judge(&free, Coming::From(&all[0], &free), &all[4], &[], &deal)), ["required lost_reason_id"]);
    assert_eq!(judge(&free, Coming::Imported, &all[4], &[], &deal), Ok(()));
    assert_eq!(judge(&free, Coming::From(&all[4], &free), &all[0], &[], &deal), Ok(()));
}

#[test]
fn criteria_ask_on_leaving_and_on_entering() {
    let (all, item, offer) = (stages(), Uuid::from_u128(70), ChoiceId(Uuid::from_u128(50)));
    let condition =
        Condition { expression: "amount > 100".into(), message: "Worth a hundred.".into(), field: "amount".into() };
    let exit = Criteria { required: vec!["next_step".into()], rules: vec![condition], ..Criteria::default() };
    let entry = Criteria {
        documents: vec![offer],
        checklist: vec![Item { id: item, label: "Call".into() }],
        ..Criteria::default()
    };
    let of = |stage, entry: &Criteria, exit: &Criteria| StageRules {
        stage_id: stage,
        entry: entry.clone(),
        exit: exit.clone(),
        actions: vec![],
    };
    let none = Criteria::default();
    let lifecycle =
        ready(Definition { stages: vec![of(id(1), &none, &exit), of(id(2), &entry, &none)], ..Definition::default() });
    let empty = Deal { fields: json!({}), ..Deal::default() };
    let told = lacks(judge(&lifecycle, Coming::From(&all[0], &lifecycle), &all[1], &[], &empty));
    let document = format!("document_missing documents.{offer}");
    let ticked = format!("checklist_open checklist.{item}");
    assert_eq!(told, ["required next_step", "rule_failed amount", &document, &ticked]);
    // What is new or handed over leaves no stage.
    for coming in [Coming::New, Coming::Imported, Coming::Handed(&all[0])] {
        assert_eq!(lacks(judge(&lifecycle, coming, &all[1], &[], &empty)), [document.clone(), ticked.clone()]);
    }
    let fields = json!({ "next_step": "Call", "amount": 101 });
    let full = Deal { fields, documents: vec![offer], ticked: vec![item], ..Deal::default() };
    assert_eq!(judge(&lifecycle, Coming::From(&all[0], &lifecycle), &all[1], &[], &full), Ok(()));
}

fn approval() -> ApprovalDefinitionId {
    Uuid::from_u128(80).into()
}

fn unapproved(blocks: bool) -> Unapproved {
    Unapproved { id: approval(), name: "Discount".into(), pending: false, blocks }
}

#[test]
fn what_is_not_approved_holds_where_a_stage_or_the_approval_itself_says_so() {
    let all = stages();
    let entry = Criteria { approvals: vec![approval()], ..Criteria::default() };
    let stages = vec![StageRules { stage_id: id(2), entry, exit: Criteria::default(), actions: vec![] }];
    let lifecycle = ready(Definition { stages, ..Definition::default() });
    let missing = [format!("approval_missing approvals.{}", approval())];
    let deal = |unapproved| Deal { unapproved, ..Deal::default() };
    let to = |n: usize, deal: &Deal| judge(&lifecycle, Coming::From(&all[0], &lifecycle), &all[n], &[], deal);
    assert_eq!(lacks(to(1, &deal(vec![unapproved(false)]))), missing);
    assert_eq!(to(2, &deal(vec![unapproved(false)])), Ok(()));
    assert_eq!(lacks(to(2, &deal(vec![unapproved(true)]))), missing);
    // Said twice, told once.
    assert_eq!(lacks(to(1, &deal(vec![unapproved(true)]))), missing);
    assert_eq!(to(1, &deal(vec![])), Ok(()));
}

#[test]
fn a_condition_that_can_not_be_judged_keeps_the_gate_shut() {
    let all = stages();
    let rules = vec![Condition { expression: "1 / 0 == 1".into(), message: "Never.".into(), field: "amount".into() }];
    let entry = Criteria { rules, ..Criteria::default() };
    let stages = vec![StageRules { stage_id: id(2), entry, exit: Criteria::default(), actions: vec![] }];
    let lifecycle = ready(Definition { stages, ..Definition::default() });
    assert_eq!(lacks(judge(&lifecycle, Coming::New, &all[1], &[], &Deal::default())), ["rule_failed amount"]);
}

fn faults(definition: &Definition) -> Vec<(String, String)> {
    let catalogue = Catalogue::of_formula(RuleObject::Opportunity, &[]);
    let known = Known {
        stages: &stages(),
        roles: &[Uuid::from_u128(90).into()],
        documents: &[Uuid::from_u128(50).into()],
        approvals: &[approval()],
        templates: &[Uuid::from_u128(60).into()],
        people: &[Uuid::from_u128(95).into()],
        can_ask: |field, _| field == "amount",
        catalogue: &catalogue,
    };
    check::problems(definition, &known).into_iter().map(|f| (f.field, f.code.into_owned())).collect()
}

#[test]
fn a_task_needs_words_and_a_day_or_a_template_that_has_them() {
    let with = |action: serde_json::Value| {
        let action: Action = serde_json::from_value(action).unwrap();
        let rules = StageRules {
            stage_id: stages()[1].id,
            entry: Criteria::default(),
            exit: Criteria::default(),
            actions: vec![action],
        };
        faults(&Definition { stages: vec![rules], ..Definition::default() })
    };
    let template = Uuid::from_u128(60);
    assert_eq!(with(json!({ "do": "create_task", "template_id": template })), []);
    assert_eq!(with(json!({ "do": "create_task", "title": "Call", "due_in_days": 2 })), []);
    let path = |name: &str| format!("stages.0.actions.0.{name}");
    assert_eq!(
        with(json!({ "do": "create_task", "title": " " })),
        [(path("title"), "required".to_owned()), (path("due_in_days"), "required".to_owned())]
    );
    assert_eq!(
        with(json!({ "do": "create_task", "template_id": Uuid::from_u128(61), "due_in_days": 366 })),
        [(path("template_id"), "unknown_reference".to_owned()), (path("due_in_days"), "out_of_range".to_owned())]
    );
}

#[test]
fn definitions_that_can_not_work_are_refused() {
    let plain = Definition::default();
    assert_eq!(faults(&plain), []);
    let one = |field: &str, code: &str| vec![(field.to_owned(), code.to_owned())];
    let edge = |from, to| Edge { from: id(from), to: id(to), roles: vec![] };
    let listed = |transitions| Definition { only_listed: true, transitions, ..plain.clone() };
    // From the second and the third stage nothing goes on. A lost deal can be opened again in any, so that all are reached.
    let codes = |definition: &Definition| faults(definition).into_iter().map(|(_, code)| code).collect::<Vec<_>>();
    assert_eq!(codes(&listed(vec![edge(1, 2), edge(1, 5)])), ["dead_end", "dead_end"]);
    let shut =
        Definition { reopening: Reopening { allowed: false, roles: vec![] }, ..listed(vec![edge(1, 2), edge(1, 5)]) };
    assert_eq!(codes(&shut), ["dead_end", "unreachable", "dead_end", "unreachable"]);
    assert_eq!(faults(&listed(vec![edge(1, 1)])), one("transitions.0", "invalid_value"));
    assert_eq!(faults(&listed(vec![edge(1, 8)])), one("transitions.0", "unknown_reference"));
    assert_eq!(faults(&listed(vec![edge(1, 2), edge(1, 2)])), one("transitions.1", "duplicate"));
    let many = std::iter::repeat_n(edge(1, 2), 501).collect();
    assert_eq!(faults(&listed(many)), one("transitions", "too_many"));
    let asking = |entry| Definition {
        stages: vec![StageRules { stage_id: id(1), entry, exit: Criteria::default(), actions: vec![] }],
        ..plain.clone()
    };
    let wrong =
        Criteria { required: vec!["hat".into()], documents: vec![Uuid::from_u128(51).into()], ..Criteria::default() };
    let both = [one("stages.0.entry.required", "unknown_field"), one("stages.0.entry.documents", "unknown_reference")]
        .concat();
    assert_eq!(faults(&asking(wrong)), both);
    let condition =
        |expression: &str| Condition { expression: expression.into(), message: "m".into(), field: "amount".into() };
    let old = Criteria { rules: vec![condition("previous.amount > 1")], ..Criteria::default() };
    assert_eq!(faults(&asking(old))[0].0, "stages.0.entry.rules.0.expression");
    let gone = Criteria { approvals: vec![Uuid::from_u128(81).into()], ..Criteria::default() };
    assert_eq!(faults(&asking(gone)), one("stages.0.entry.approvals", "unknown_reference"));
    let doing = |action| Definition {
        stages: vec![StageRules {
            stage_id: id(1),
            entry: Criteria::default(),
            exit: Criteria::default(),
            actions: vec![action],
        }],
        ..plain.clone()
    };
    let (role, nobody) = (Uuid::from_u128(90).into(), Uuid::from_u128(96).into());
    let owner = |to| doing(Action::ChangeOwner { to });
    assert_eq!(faults(&owner(Whom::Role { role_id: role })), one("stages.0.actions.0.to", "invalid_value"));
    assert_eq!(faults(&owner(Whom::Person { user_id: nobody })), one("stages.0.actions.0.to", "unknown_reference"));
    assert_eq!(faults(&owner(Whom::TeamLead)), []);
    let notify = |to| doing(Action::Notify { to, message: None });
    assert_eq!(faults(&notify(vec![])), one("stages.0.actions.0.to", "required"));
    assert_eq!(faults(&notify(vec![Whom::Owner, Whom::Role { role_id: role }])), []);
    let asks = doing(Action::RequestApproval { approval_id: Uuid::from_u128(81).into() });
    assert_eq!(faults(&asks), one("stages.0.actions.0.approval_id", "unknown_reference"));
    let long = Criteria { rules: vec![condition(&"(".repeat(3000))], ..Criteria::default() };
    assert_eq!(faults(&asking(long))[0].0, "stages.0.entry.rules.0.expression");
}

/// The same, told another way: a matrix of who goes where, filled from the least particular to the most.
fn model(definition: &Definition, roles: &[Uuid]) -> [[bool; 5]; 5] {
    let by = |who: &[RoleId]| who.is_empty() || who.iter().any(|r| roles.contains(&r.0));
    let places = stages();
    let way = |from: usize, to: usize| {
        let listed = definition.transitions.iter().find(|e| e.from == places[from].id && e.to == places[to].id);
        match (listed, from) {
            (Some(edge), _) => by(&edge.roles),
            (None, 3 | 4) => definition.reopening.allowed && by(&definition.reopening.roles),
            (None, _) if definition.only_listed => false,
            (None, from) => match to {
                4 => true,
                3 => !definition.no_skip || from == 2,
                to if to > from => !definition.no_skip || to - from == 1,
                _ => !definition.no_backward,
            },
        }
    };
    std::array::from_fn(|from| std::array::from_fn(|to| way(from, to)))
}

fn some_roles() -> impl Strategy<Value = Vec<RoleId>> {
    proptest::collection::vec(90_u128..93, 0..2)
        .prop_map(|r| r.into_iter().map(|n| Uuid::from_u128(n).into()).collect())
}

prop_compose! {
    fn definitions()(
        no_skip: bool, no_backward: bool, only_listed: bool, allowed: bool, who in some_roles(),
        edges in proptest::collection::vec((1_u128..6, 1_u128..6, some_roles()), 0..6),
        begin in proptest::collection::vec(1_u128..6, 0..3),
        asks in proptest::collection::vec((1_u128..6, any::<bool>(), 0_usize..5), 0..5),
    ) -> Definition {
        let mut stages: Vec<StageRules> = Vec::new();
        for (stage, entry, what) in asks {
            let mut criteria = Criteria::default();
            match what {
                0 => criteria.required.push("next_step".into()),
                1 => criteria.documents.push(Uuid::from_u128(50).into()),
                2 => criteria.checklist.push(Item { id: Uuid::from_u128(70 + stage), label: "Call".into() }),
                3 => criteria.approvals.push(approval()),
                _ => criteria.rules.push(Condition { expression: "amount > 5".into(), message: "More.".into(), field: "amount".into() }),
            }
            if stages.iter().any(|s| s.stage_id == id(stage)) {
                continue;
            }
            let (entry, exit) = if entry { (criteria, Criteria::default()) } else { (Criteria::default(), criteria) };
            stages.push(StageRules { stage_id: id(stage), entry, exit, actions: vec![] });
        }
        Definition {
            begin: begin.into_iter().map(id).collect(),
            no_skip, no_backward, only_listed,
            reopening: Reopening { allowed, roles: who },
            transitions: edges.into_iter().map(|(from, to, roles)| Edge { from: id(from), to: id(to), roles }).collect(),
            stages,
        }
    }
}

proptest! {
    #[test]
    fn moves_are_judged_as_the_model_says(
        definition in definitions(), from in 0_usize..5, to in 0_usize..5, role in 90_u128..94,
        step: bool, amount in 0_i64..10, offer: bool, call: bool, approved: bool,
    ) {
        prop_assume!(from != to);
        let all = stages();
        let fields = json!({ "lost_reason_id": "x", "next_step": step.then_some("Call"), "amount": amount });
        let documents = offer.then(|| Uuid::from_u128(50).into()).into_iter().collect();
        let ticked = if call { (71..76).map(Uuid::from_u128).collect() } else { vec![] };
        let unapproved = if approved { vec![] } else { vec![unapproved(false)] };
        let deal = Deal { fields, documents, ticked, roles: vec![Uuid::from_u128(role)], unapproved };
        let lifecycle = ready(definition.clone());
        let asked = |stage: usize, entry: bool| definition.stages.iter().find(|s| s.stage_id == all[stage].id)
            .map(|s| if entry { &s.entry } else { &s.exit });
        let lacking = [asked(from, false), asked(to, true)].into_iter().flatten().any(|c|
            (!c.required.is_empty() && !step) || (!c.documents.is_empty() && !offer) || (!c.checklist.is_empty() && !call)
                || (!c.rules.is_empty() && amount <= 5) || (!c.approvals.is_empty() && !approved));
        let wanted = if !model(&definition, &deal.roles)[from][to] { Some("transition_not_allowed") }
            else if lacking { Some("gate_not_cleared") } else { None };
        let got = judge(&lifecycle, Coming::From(&all[from], &lifecycle), &all[to], &[], &deal);
        prop_assert_eq!(got.as_ref().err().map(Refusal::code), wanted);
        if let Err(Refusal::NotAllowed { allowed, .. }) = got {
            let may = model(&definition, &deal.roles)[from];
            let others = (0..5).filter(|n| *n != from && may[*n]).map(|n| all[n].id).collect::<Vec<_>>();
            prop_assert_eq!(allowed, others);
        }
        // The same definition is read back as it was written.
        let written = serde_json::to_value(&definition).unwrap();
        prop_assert_eq!(serde_json::from_value::<Definition>(written).unwrap(), definition);
    }
}
