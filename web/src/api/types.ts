/**
 * Short names for the shapes that the API speaks. All of them are generated from openapi.json (`npm run gen`); what is
 * narrowed by hand says why. Money is a decimal string with its currency; dates are YYYY-MM-DD; times RFC 3339.
 */
import type { components } from "./schema.gen";

type Schemas = components["schemas"];

export type Ref = Schemas["Ref"];
export type Money = Schemas["Money"];
/** Written out because the schema has one name per kind of page, and some code takes a page of anything. */
export type Page<T> = Schemas["Counted"] & { items: T[]; next_cursor?: string | null };

export type FieldError = Schemas["ProblemField"];
export type ConflictField = Schemas["ConflictingField"];
/** Looser than the schema: a proxy's answer, or none at all, becomes one too. */
export type Problem = Partial<Schemas["Problem"]> & Pick<Schemas["Problem"], "title" | "status" | "code">;

export type SignInPolicy = Schemas["SignInPolicy"];
export type SecondFactorRule = Schemas["SecondFactorRule"];
export type OutboundMail = Schemas["OutboundMail"];
export type Mailbox = Schemas["Mailbox"];
export type MailPolicy = Schemas["MailPolicy"];
export type UnmatchedEmail = Schemas["UnmatchedEmail"];
export type SecondFactor = Schemas["SecondFactor"];
export type Challenge = Schemas["Challenge"];
export type Passkey = Schemas["Passkey"];
export type Enrolment = Schemas["Enrolment"];
export type LinkHolder = Schemas["LinkHolder"];
export type Setup = Schemas["SetupStatus"];
export type Scope = Schemas["ScopeLevel"];
export type User = Schemas["User"];
export type Team = Schemas["Team"];
export type Role = Schemas["Role"];
export type RoleGrid = Schemas["RoleGrid"];
export type RecordCounts = Schemas["RecordCounts"];

export type Stage = Schemas["Stage"];
export type Pipeline = Schemas["Pipeline"];
export type Product = Schemas["Product"];
export type CustomField = Schemas["CustomField"];
export type FieldConversion = Schemas["FieldConversion"];
export type PriceList = Schemas["PriceList"];
export type Configuration = Schemas["Configuration"];
export type ConfigurationReport = Schemas["ConfigurationReport"];
export type StageKind = Schemas["StageKind"];
/** The schema says string: these are the lists that the app shows. */
export type OptionKind =
  | "opportunity_type"
  | "source"
  | "industry"
  | "region"
  | "loss_reason"
  | "win_reason"
  | "competitor"
  | "contact_role"
  | "lead_status"
  | "call_outcome"
  | "meeting_outcome"
  | "document_type";
export type Option = Schemas["Choice"];

export type SignInProvider = Schemas["SignInProvider"];
export type IdentityProvider = Schemas["IdentityProvider"];
export type IdentityProviderKind = Schemas["IdentityProviderKind"];
export type ScimToken = Schemas["ScimToken"];
export type ConnectionReport = Schemas["ConnectionReport"];

export type DuplicateCandidate = Schemas["DuplicateCandidate"];
export type DuplicateReason = Schemas["DuplicateReason"];
export type DuplicateCheck = Schemas["DuplicateCheck"];
export type DuplicatePair = Schemas["DuplicatePair"];
export type MatchObject = Schemas["MatchObject"];
export type MergeObject = Schemas["MergeObject"];
export type MergeField = Schemas["MergeField"];
export type MergePreview = Schemas["MergePreview"];
export type MatchingRule = Schemas["MatchingRule"];
export type DuplicateAnswer = Schemas["DuplicateAnswer"];
export type Account = Schemas["Account"];
export type Contact = Schemas["Contact"];
export type Lead = Schemas["Lead"];
export type AssignmentRule = Schemas["AssignmentRule"];
export type NewAssignmentRule = Schemas["NewAssignmentRule"];
export type AssignmentChooser = Schemas["AssignmentChooser"];
export type AssignmentArea = Schemas["AssignmentArea"];
export type AssignmentReason = Schemas["AssignmentReason"];
export type AssignmentTrialResult = Schemas["AssignmentTrialResult"];
export type AssignmentTried = Schemas["AssignmentTried"];
export type WorkingHours = Schemas["WorkingHours"];
export type WorkingDay = Schemas["WorkingDay"];
export type WebForm = Schemas["WebForm"];
export type WebFormField = Schemas["WebFormField"];
export type WebFormEntry = Schemas["WebFormEntry"];
export type LeadStatusCategory = Schemas["LeadStatusCategory"];
export type ConversionPreview = Schemas["ConversionPreview"];
export type MadeRecord = Schemas["MadeRecord"];
export type MatchedBy = Schemas["MatchedBy"];
export type Opportunity = Schemas["Opportunity"];
/** With its lines and the stages it went through, as its own page gets it. */
export type WholeOpportunity = Schemas["Whole"];
export type ForecastCategory = Schemas["ForecastCategory"];
export type Line = Schemas["Line"];
export type LineTotals = Schemas["LineTotals"];
export type Billing = Schemas["Billing"];
export type DealContact = Schemas["DealContact"];
export type DealCompetitor = Schemas["DealCompetitor"];
export type DealPart = Schemas["DealPart"];
export type TrashItem = Schemas["TrashItem"];
export type StageSpan = Schemas["StageVisit"];
export type Totals = Schemas["Sums"];
export type Board = Schemas["Board"];
export type BoardColumn = Schemas["BoardColumn"];
export type BoardGroup = Schemas["BoardGroup"];
export type Transition = Schemas["Transition"];
export type ChecklistItem = Schemas["ChecklistItem"];
export type TransitionAttempt = Schemas["TransitionAttempt"];
export type Lifecycle = Schemas["Lifecycle"];
export type LifecycleVersion = Schemas["LifecycleVersion"];
export type LifecycleAction = Schemas["LifecycleAction"];
export type LifecycleDefinition = Schemas["LifecycleDefinition"];
export type LifecycleDryRunFound = Schemas["LifecycleDryRunFound"];
export type LifecycleWhom = Schemas["LifecycleWhom"];

export type Approval = Schemas["Approval"];
export type ApprovalWhole = Schemas["ApprovalWhole"];
export type ApprovalEntry = Schemas["ApprovalEntry"];
export type ApprovalLevelView = Schemas["ApprovalLevelView"];
export type ApprovalChoice = Schemas["ApprovalChoice"];
export type ApprovalObject = Schemas["ApprovalObject"];
export type ApprovalDefinition = Schemas["ApprovalDefinition"];
export type ApprovalRules = Schemas["ApprovalRules"];
export type Approver = Schemas["Approver"];
export type ApprovalDryRunFound = Schemas["ApprovalDryRunFound"];
export type ApprovalDelegation = Schemas["ApprovalDelegation"];

export type SubjectType = Schemas["RecordType"] | "lead";
/** What a task or a proposal is about; a record that is yet to be made has no id. */
export type Subject = Schemas["Target"];
/** A field, old and new, of an event or of a proposal. */
export type Change = Schemas["EntryChange"] | Schemas["Difference"];
export type TimelineEvent = Schemas["Entry"];

export type Share = Schemas["Share"];
export type ShareLevel = Schemas["ShareLevel"];
/** What can be shared; the schema says it in place. */
export type SharedObject = "opportunity" | "account" | "contact" | "lead" | "task";
export type AccountMember = Schemas["AccountMember"];
export type HierarchyNode = Schemas["HierarchyNode"];
export type AccountPlan = Schemas["AccountPlan"];
export type AccountPlanInput = Schemas["AccountPlanInput"];
export type PlanPerson = Schemas["PlanPerson"];
export type PlanObjective = Schemas["PlanObjective"];
export type Affiliation = Schemas["Affiliation"];
export type AccountPerson = Schemas["AccountPerson"];
export type EffectiveAccess = Schemas["EffectiveAccess"];
export type AccessReason = Schemas["AccessReason"];
export type FieldLevel = Schemas["FieldLevel"];

export type Priority = Schemas["Priority"];
export type Task = Schemas["Task"];
export type Present = Schemas["Present"];
export type TaskStep = Schemas["TaskStep"];
export type TaskTemplate = Schemas["TaskTemplate"];
export type Activity = Schemas["Activity"];
export type Participant = Schemas["Participant"];
export type ActivityKind = Schemas["ActivityKind"];
export type SearchHit = Schemas["Hit"];

export type FileParent = Schemas["FileParent"];
/** Not the browser's own File, which is on somebody's computer. */
export type StoredFile = Schemas["File"];
export type FileState = Schemas["FileVersionState"];
export type FileStorage = Schemas["FileStorage"];
export type LiveChange = Schemas["LiveChange"];

export type SavedView = Schemas["SavedView"];
export type Measure = Schemas["Measure"];
export type Group = Schemas["RecordGroup"];
export type Groups = Schemas["RecordGroups"];
export type BulkChange = Schemas["BulkChange"];

export type Rule = Schemas["Rule"];
export type RuleObject = Schemas["RuleObject"];
export type RuleProblem = Schemas["RuleProblem"];
export type RuleFailing = Schemas["RuleFailing"];

export type Automation = Schemas["Automation"];
export type AutomationDefinition = Schemas["AutomationDefinition"];
export type AutomationTrigger = Schemas["AutomationTrigger"];
export type AutomationStep = Schemas["AutomationStep"];
export type AutomationMoment = Schemas["AutomationMoment"];
export type AutomationRun = Schemas["AutomationRun"];
export type AutomationTried = Schemas["AutomationTried"];
export type Routine = Schemas["Routine"];
export type RoutineKind = Schemas["RoutineKind"];
export type RoutineSchedule = Schemas["RoutineSchedule"];
export type RoutineAudience = Schemas["RoutineAudience"];
export type RoutineRun = Schemas["RoutineRun"];
export type RoutineDryRun = Schemas["RoutineDryRun"];
export type RoutineResult = Schemas["RoutineResult"];
export type RoutineLine = Schemas["RoutineLine"];
export type RoutineSubscription = Schemas["RoutineSubscription"];

export type Import = Schemas["Import"];
export type ImportObject = Schemas["ImportObject"];
export type ImportTemplate = Schemas["ImportTemplate"];
export type ImportColumn = Schemas["ImportColumn"];
export type ImportAction = Schemas["Action"];
export type ImportProblem = Schemas["ImportProblem"];
export type ImportCheck = Schemas["Summary"];
export type ImportField = Schemas["FieldView"];
export type ImportRow = Schemas["ShownRow"];
export type ImportDuplicateChoice = Schemas["ImportDuplicateChoice"];

export type ApiKey = Schemas["ApiKey"];
export type ServiceAccount = Schemas["ServiceAccount"];
export type OauthClient = Schemas["OauthClient"];
export type ConnectedApp = Schemas["ConnectedApp"];
export type AppRegistration = Schemas["AppRegistration"];
export type AppRequest = Schemas["AppRequest"];
export type AppConsent = Schemas["AppConsent"];
export type ToolServer = Schemas["ToolServer"];
export type OutsideTool = Schemas["OutsideTool"];
export type AppReach = Schemas["AppReach"];
export type AuditEvent = Schemas["AuditEvent"];
export type ClaimedDomain = Schemas["ClaimedDomain"];
export type LinkedIdentity = Schemas["LinkedIdentity"];

export type Me = Schemas["Me"];

export type AiStatus = Schemas["AiStatus"];
export type Evidence = Schemas["Evidence"];
export type Proposal = Schemas["Proposal"];
export type ProposalStatus = Schemas["ProposalStatus"];
export type Citation = Schemas["Citation"];
export type Answer = Schemas["Answer"];
export type EmailDraft = Schemas["EmailDraft"];
export type Run = Schemas["Run"];
export type RunFeedback = Schemas["RunFeedback"];
export type RunStatus = Schemas["RunStatus"];
export type RunStep = Schemas["Step"];
export type RunContext = Schemas["RunContext"];

export type Notification = Schemas["Notification"];
export type NotificationKind = Schemas["NotificationKind"];
export type NotificationPreferences = Schemas["NotificationPreferences"];
export type NotificationChannels = Schemas["NotificationChannels"];
export type EmailMode = Schemas["EmailMode"];
export type PushSubscription = Schemas["PushSubscription"];
export type NotificationWhich = Schemas["NotificationWhich"];
export type FollowedObject = "opportunity" | "account" | "contact" | "lead";
export type MentionRef = Schemas["MentionRef"];
export type Reaction = Schemas["Reaction"];

export type Material = Schemas["Material"];
export type MaterialKind = Schemas["MaterialKind"];
export type MaterialSummary = Schemas["MaterialSummary"];
export type MaterialVersion = Schemas["MaterialVersion"];
export type Placeholder = Schemas["Placeholder"];
export type Passage = Schemas["Passage"];
export type PassageKind = Schemas["PassageKind"];
export type KnowledgeAnswer = Schemas["KnowledgeAnswer"];
export type KnowledgeStatus = Schemas["KnowledgeStatus"];

export type SlaRule = Schemas["SlaRule"];
export type NewSlaRule = Schemas["NewSlaRule"];
export type SlaObject = Schemas["SlaObject"];
export type SlaMeasure = Schemas["SlaMeasure"];
export type SlaDuration = Schemas["SlaDuration"];
export type SlaUnit = Schemas["SlaUnit"];
export type SlaStep = Schemas["SlaStep"];
export type SlaAction = Schemas["SlaAction"];
export type SlaRecipient = Schemas["SlaRecipient"];
export type SlaCalendar = Schemas["SlaCalendar"];
export type NewSlaCalendar = Schemas["NewSlaCalendar"];
export type SlaHours = Schemas["SlaHours"];
export type SlaHoliday = Schemas["SlaHoliday"];
export type SlaTimer = Schemas["SlaTimer"];
export type SlaSimulation = Schemas["SlaSimulation"];
export type SlaAdherence = Schemas["SlaAdherence"];
export type SlaPart = Schemas["SlaPart"];

export type AnalyticsReport = Schemas["AnalyticsReport"];
export type AnalyticsRow = Schemas["AnalyticsRow"];
export type AnalyticsFigure = Schemas["AnalyticsFigure"];
export type AnalyticsMeasure = Schemas["AnalyticsMeasure"];
export type ScoreModel = Schemas["ScoreModel"];
export type ScoreRule = Schemas["ScoreRule"];
export type ScoreBands = Schemas["ScoreBands"];
export type ScoreTrial = Schemas["ScoreTrial"];
export type ScoreDistribution = Schemas["ScoreDistribution"];
export type LeadScore = Schemas["LeadScore"];
export type LeadGrade = Schemas["LeadGrade"];
export type Enrichment = Schemas["Enrichment"];
export type EnrichmentSuggestion = Schemas["EnrichmentSuggestion"];
export type FieldOrigin = Schemas["FieldOrigin"];
export type StalledDeal = Schemas["StalledDeal"];

export type Guardrails = Schemas["Guardrails"];
export type GuardrailsInForce = Schemas["GuardrailsInForce"];
export type ToolRule = Schemas["ToolRule"];
export type SafetyVerdict = Schemas["SafetyVerdict"];
export type AiBudget = Schemas["Budget"];
export type AiBudgets = Schemas["Budgets"];
export type NewBudget = Schemas["NewBudget"];
export type AiUsage = Schemas["Usage"];
export type UsageRow = Schemas["UsageRow"];
export type ModelCall = Schemas["ModelCall"];
export type AiQuality = Schemas["Quality"];
export type QualityRow = Schemas["QualityRow"];
export type RunsMeasured = Schemas["RunsMeasured"];
export type PromptComparison = Schemas["PromptComparison"];
export type ShareInterval = Schemas["ShareInterval"];
export type AiPrompt = Schemas["Prompt"];
export type AlertRule = Schemas["AlertRule"];
export type AlertEpisode = Schemas["AlertEpisode"];
export type RunTrace = Schemas["RunTrace"];
export type TraceSpan = Schemas["TraceSpan"];
export type RunReplay = Schemas["RunReplay"];
export type RunAttempt = Schemas["RunAttempt"];
export type NewReplay = Schemas["NewReplay"];
export type DraftUse = Schemas["DraftUse"];
