/** The shapes that the API speaks. Money is a decimal string with its currency; dates are YYYY-MM-DD; times RFC 3339. */

export interface Ref {
  id: string;
  name: string;
}
export interface Money {
  amount: string;
  currency: string;
}
export interface Page<T> {
  items: T[];
  next_cursor: string | null;
  total?: number;
  total_is?: "exact" | "at_least";
}
export interface List<T> {
  items: T[];
}

export interface FieldError {
  field: string;
  code: string;
  message: string;
}
export interface ConflictField {
  field: string;
  theirs: unknown;
  yours: unknown;
}
export interface Problem {
  type?: string;
  title: string;
  status: number;
  detail?: string | null;
  code: string;
  errors?: FieldError[];
  request_id?: string | null;
  conflict?: { fields: ConflictField[]; version: number };
}

export interface Setup {
  needed: boolean;
  demo: boolean;
  demo_logins: { email: string; role: string }[] | null;
}
export type Scope = "none" | "own" | "team" | "all";
export interface Me {
  user: {
    id: string;
    name: string;
    email: string;
    team_id: string | null;
    locale: string | null;
    time_zone: string | null;
  };
  organisation: { id: string; name: string; currency: string; demo: boolean };
  roles: Ref[];
  permissions: Record<string, Record<string, Scope>>;
}
export interface Session {
  id: string;
  created_at: string;
  last_seen_at: string;
  ip: string | null;
  user_agent: string | null;
  current: boolean;
}
export interface User {
  id: string;
  name: string;
  email: string;
  team_id: string | null;
  active: boolean;
  roles: Ref[];
}
export interface Team {
  id: string;
  name: string;
  parent_id: string | null;
}
export interface Role {
  id: string;
  name: string;
  builtin: boolean;
  grants: Record<string, Record<string, Scope>>;
}

export type StageKind = "open" | "won" | "lost";
export interface Stage {
  id: string;
  name: string;
  position: number;
  probability: number;
  kind: StageKind;
}
export interface Pipeline {
  id: string;
  name: string;
  position: number;
  stages: Stage[];
}
export type OptionKind = "opportunity_type" | "source" | "industry" | "region" | "loss_reason";
export interface Option {
  id: string;
  kind: OptionKind;
  name: string;
  position: number;
}
export interface Product {
  id: string;
  name: string;
  code: string | null;
  family: string | null;
  unit_price: Money;
  version?: number;
}

export interface Account {
  id: string;
  name: string;
  domain: string | null;
  phone: string | null;
  website: string | null;
  industry_id: string | null;
  region_id: string | null;
  parent_id: string | null;
  employees: number | null;
  annual_revenue: Money | null;
  founded_year: number | null;
  country: string | null;
  owner: Ref | null;
  owner_id: string | null;
  team_id: string | null;
  tags: string[];
  external_id: string | null;
  version: number;
  created_at: string;
  updated_at: string;
  open_opportunities?: number | null;
  open_amount?: Money | null;
}
export interface Contact {
  id: string;
  first_name: string | null;
  last_name: string;
  name: string;
  title: string | null;
  email: string | null;
  phone: string | null;
  account: Ref | null;
  account_id: string | null;
  owner: Ref | null;
  owner_id: string | null;
  team_id: string | null;
  tags: string[];
  external_id: string | null;
  version: number;
  created_at: string;
  updated_at: string;
}

export type ForecastCategory = "omitted" | "pipeline" | "best_case" | "commit" | "closed";
export interface Line {
  id: string;
  product: Ref;
  quantity: string;
  unit_price: Money;
  discount_percent: string;
  total: Money;
}
export interface StageSpan {
  stage_id: string;
  entered_at: string;
  left_at: string | null;
}
export interface Opportunity {
  id: string;
  name: string;
  account: Ref | null;
  account_id: string | null;
  primary_contact: Ref | null;
  primary_contact_id: string | null;
  pipeline_id: string;
  stage_id: string;
  stage: Stage;
  amount: Money | null;
  amount_base: Money | null;
  close_date: string | null;
  probability: number;
  expected_revenue: Money | null;
  forecast_category: ForecastCategory;
  type_id: string | null;
  source_id: string | null;
  industry_id: string | null;
  region_id: string | null;
  owner: Ref;
  owner_id: string;
  team_id: string | null;
  next_step: string | null;
  lost_reason_id: string | null;
  lost_notes: string | null;
  tags: string[];
  external_id: string | null;
  version: number;
  created_at: string;
  updated_at: string;
  stage_entered_at: string;
  closed_at: string | null;
  may: { update: boolean; delete: boolean };
  lines?: Line[];
  stage_history?: StageSpan[];
}
export interface Totals {
  count: number;
  count_is: "exact" | "at_least";
  amount: Money | null;
  weighted: Money | null;
  average: Money | null;
}
export interface OpportunityPage extends Page<Opportunity> {
  totals?: Totals;
}
export interface BoardColumn {
  stage: Stage;
  count: number;
  sum: Money;
  weighted: Money;
  items: Opportunity[];
  next_cursor: string | null;
}
export interface Board {
  pipeline: Ref;
  columns: BoardColumn[];
}
export interface Transition {
  stage: Stage;
  allowed: boolean;
  missing: { field: string; message: string }[];
}

export type SubjectType = "opportunity" | "account" | "contact";
export interface Subject {
  type: string;
  id: string;
  name: string;
}
export interface Change {
  field: string;
  label: string;
  old: unknown;
  new: unknown;
  old_label: string | null;
  new_label: string | null;
}
export interface TimelineEvent {
  id: string;
  type: string;
  at: string;
  actor: { kind: "user" | "agent" | "system" | "import" | "key"; id: string | null; name: string; for: Ref | null };
  subject: Subject;
  changes: Change[];
  data: Record<string, unknown>;
  undoable: boolean;
  undone: boolean;
}
export interface UndoResult {
  event_id: string;
  restored: string[];
  kept: { field: string; reason: string }[];
}

export type Priority = "low" | "normal" | "high";
export interface Task {
  id: string;
  title: string;
  notes: string | null;
  due_date: string | null;
  priority: Priority;
  assignee: Ref | null;
  assignee_id: string | null;
  subject: Subject | null;
  done_at: string | null;
  version: number;
  created_at: string;
  updated_at: string;
}
export type ActivityKind = "note" | "call" | "email" | "meeting";

export interface SearchHit {
  type: SubjectType;
  id: string;
  title: string;
  subtitle: string | null;
  stage_kind?: StageKind | null;
  probability?: number | null;
  amount?: Money | null;
  close_date?: string | null;
}
export interface LiveChange {
  type: "opportunity" | "account" | "contact" | "task" | "proposal" | "import";
  id: string;
  version: number;
  event: string;
  actor: Ref | null;
}

export type ImportObject = "opportunity" | "account" | "contact" | "product" | "user";
export type ImportStatus =
  "mapping" | "checking" | "checked" | "running" | "done" | "failed" | "rolling_back" | "rolled_back";
export interface ImportColumn {
  index: number;
  name: string;
  samples: string[];
  type: string;
  suggested_field: string | null;
  confidence: number;
  empty: number;
  distinct: number;
}
export type ImportDecision = { use: string } | "empty" | "create" | "skip_rows";
export interface ImportValue {
  raw: string;
  count: number;
  resolved: Ref | null;
  suggestion: Ref | null;
  decision?: ImportDecision | null;
}
export interface ImportAction {
  action: string;
  label: string;
  /** The body of the PATCH that takes this decision; null where a person has to choose first. */
  patch: Record<string, unknown> | null;
}
export type RowState = "create" | "update" | "skip" | "error" | "undecided";
export interface ImportProblem {
  code: string;
  field: string;
  value: string | null;
  state: RowState;
  rows: number;
  also: number;
  message: string;
  detail: string | null;
  suggestions: Ref[];
  actions: ImportAction[];
}
export interface ImportCheck {
  ready: number;
  creates: number;
  updates: number;
  skips: number;
  errors: number;
  undecided: number;
  duplicates?: number;
  problems: ImportProblem[];
}
export interface Import {
  id: string;
  status: ImportStatus;
  object: ImportObject;
  filename: string;
  size: number;
  format: "csv" | "xlsx";
  encoding: string | null;
  delimiter: string | null;
  sheet: string | null;
  rows: number;
  columns: ImportColumn[];
  mapping: { column: number; field: string | null }[];
  values: Record<string, ImportValue[]>;
  options: Record<string, string | boolean | null>;
  check: ImportCheck | null;
  progress: { done: number; total: number } | null;
  result: { created: number; updated: number; skipped: number; failed: number } | null;
  created_at: string;
  created_by: Ref;
  can_roll_back: boolean;
  error: string | null;
}
export interface ImportField {
  field: string;
  label: string;
  type: string;
  required: boolean;
}
export interface ImportRow {
  row: number;
  state: RowState;
  cells: (string | null)[];
  problems: FieldError[];
}

export interface AiDownload {
  name: string;
  label: string;
  done_bytes: number;
  total_bytes: number;
  state: "waiting" | "running" | "done" | "failed";
  error: string | null;
}
export interface AiStatus {
  mode: "local" | "remote" | "off";
  state: "off" | "downloading" | "starting" | "ready" | "idle" | "unavailable";
  model: string | null;
  message: string | null;
  downloads: AiDownload[];
}
export interface Evidence {
  n: number;
  type: string;
  id: string;
  label: string;
  detail: string | null;
  at: string | null;
}
export type ProposalStatus = "pending" | "approved" | "rejected" | "stale" | "failed" | "expired";
export interface Proposal {
  id: string;
  run_id: string | null;
  status: ProposalStatus;
  kind: "update_opportunity" | "create_task";
  target: Subject | null;
  base_version: number | null;
  diff: Change[];
  diff_hash: string;
  reason: string;
  evidence: Evidence[];
  tainted: boolean;
  confidence: "high" | "medium" | "low";
  requested_by: Ref;
  decided_by: Ref | null;
  decided_at: string | null;
  decision_reason: string | null;
  event_id: string | null;
  stale: { fields: { field: string; current: unknown; current_label: string | null }[] } | null;
  created_at: string;
  expires_at: string | null;
}
export interface Citation {
  n: number;
  type: string;
  id: string;
  label: string;
}
export interface Question {
  text: string;
  options: Ref[];
}
export interface Answer {
  text: string;
  citations: Citation[];
  left_out: number;
  without_model: boolean;
  question: Question | null;
}
export type RunStatus = "queued" | "planning" | "running" | "reviewing" | "waiting" | "done" | "failed" | "cancelled";
export interface RunStep {
  n: number;
  kind?: string;
  title: string;
  tool: string | null;
  arguments: unknown;
  result?: unknown;
  result_count: number | null;
  summary?: string | null;
  status: "pending" | "running" | "done" | "failed";
  ms: number | null;
  tokens_in?: number | null;
  tokens_out?: number | null;
  cost?: unknown;
}
export interface RunContext {
  type: SubjectType;
  id: string;
}
export interface Run {
  id: string;
  conversation_id: string;
  goal: string;
  status: RunStatus;
  planner: "model" | "deterministic";
  model: string | null;
  context: RunContext | null;
  steps: RunStep[];
  answer: Answer | null;
  proposals: Proposal[];
  usage: { tokens_in: number; tokens_out: number; cost: unknown; ms: number; first_token_ms: number | null } | null;
  feedback: { useful: boolean; comment?: string | null } | null;
  created_at: string;
  finished_at: string | null;
  error: string | null;
}
export interface Conversation {
  id: string;
  title: string;
  updated_at: string;
  runs?: Run[];
}
