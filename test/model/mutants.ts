/**
 * Defects in the model itself. Every invariant is broken by one of them, and so is every conjunct and boundary in it: by a
 * defect that the invariant without that conjunct, or with one more allowed, would not notice.
 */
import type { Bounds } from './explore.js';

export interface Mutant {
  readonly invariant: string;
  readonly defect: string;
  /** A line of the model, or a part of one, and what stands there instead. */
  readonly from: string;
  readonly to: string;
  readonly bounds?: Partial<Bounds>;
}

export const mutants: readonly Mutant[] = [
  {
    invariant: 'padsAreUsedOnce',
    defect: 'a layer can be asked for twice',
    from: ' else if (one.claimed.contains(layer)) refused({ ...what, outcome: "SessionError" })',
    to: '',
    bounds: { LAYERS: 1 },
  },
  {
    invariant: 'padsAreUsedOnce',
    defect: 'a message is sent twice',
    from: 'count.put(pad, 1 + (if',
    to: 'count.put(pad, 2 + (if',
  },
  {
    invariant: 'messagesAreHidden',
    defect: 'a batch is hidden by one pad too few',
    from: 'val taken = store.slice(0, images)',
    to: 'val taken = store.slice(0, if (images > 1) images - 1 else images)',
    bounds: { LAYERS: 1 },
  },
  {
    invariant: 'messagesAreHidden',
    defect: 'one pad hides all images of a batch',
    from: 'val taken = store.slice(0, images)',
    to: 'val taken = 1.to(images).fold([], (list, _) => list.append(store[0]))',
    bounds: { LAYERS: 1 },
  },
  {
    invariant: 'messagesAreHidden',
    defect: 'a single image is sent under no pad',
    from: 'val taken = store.slice(0, images)',
    to: 'val taken = if (images == 1) [0] else store.slice(0, images)',
    bounds: { LAYERS: 1 },
  },
  {
    invariant: 'messagesAreHidden',
    defect: 'a single image is sent under a pad that is still to be made',
    from: 'val taken = store.slice(0, images)',
    to: 'val taken = if (images == 1) [made + 1] else store.slice(0, images)',
    bounds: { LAYERS: 1 },
  },
  {
    invariant: 'onlyRightAnswersAreReleased',
    defect: 'a batch is accepted when one image of it is right',
    from: 'pure def accepted(wrong: int): bool = wrong == 0',
    to: 'pure def accepted(wrong: int): bool = wrong <= 1',
    bounds: { LAYERS: 1 },
  },
  {
    invariant: 'theDeadAreSilent',
    defect: 'an ended session still sends',
    from: 'if (not(isOpen(one))) refused({ ...what, outcome: one.over })\n    else if (one',
    to: 'if (one',
    bounds: { LAYERS: 1 },
  },
  {
    invariant: 'endsWipe',
    defect: 'a reject leaves the pads that wait',
    from: "    store' = [],\n    inferences' = list.foldl",
    to: "    store' = store,\n    inferences' = list.foldl",
    bounds: { LAYERS: 1 },
  },
  {
    invariant: 'endsWipe',
    defect: 'inferences that are open outlive their session',
    from: '(done, one) => done.append(ended(one, "SessionError"))',
    to: '(done, one) => done.append(one)',
    bounds: { LAYERS: 1 },
  },
  {
    invariant: 'endsWipe',
    defect: 'the secrets of pads that wait outlive their session',
    from: "    held' = Set(),\n    lost' = lost.union(setsIn(store)),\n    last",
    to: "    held' = padsOfAll(setsIn(store)),\n    lost' = lost.union(setsIn(store)),\n    last",
    bounds: { LAYERS: 1 },
  },
  {
    invariant: 'endedHoldNothing',
    defect: 'an ended inference waits on',
    from: 'late: one.late.union(one.waiting), waiting: Set() }',
    to: 'late: one.late.union(one.waiting) }',
    bounds: { LAYERS: 1 },
  },
  {
    invariant: 'endedHoldNothing',
    defect: 'an ended inference keeps its secrets',
    from: "held' = if (isOpen(one)) held.exclude(heldBy(one)) else held,",
    to: "held' = held,",
    bounds: { LAYERS: 1 },
  },
  {
    invariant: 'nothingIsKept',
    defect: 'an abandoned inference keeps the pads of layers that were not asked for',
    from: 'layers.exclude(one.claimed).union(one.waiting).map',
    to: 'one.waiting.map',
  },
  {
    invariant: 'nothingIsKept',
    defect: 'a pad is wiped before its answer is there',
    from: "held' = if (sent) held else held.exclude(taken),",
    to: "held' = held.exclude(taken),",
    bounds: { LAYERS: 1 },
  },
  {
    invariant: 'lateIsUnheard',
    defect: 'a message that was given up is waited for',
    from: 'late: one.late.union(one.waiting), waiting: Set() }',
    to: 'late: one.late.union(one.waiting) }',
    bounds: { LAYERS: 1 },
  },
  {
    invariant: 'lateIsUnheard',
    defect: 'an answer that comes too late is heard',
    from: `last' = { ...what, outcome: "unheard" },`,
    to: "last' = what,",
    bounds: { LAYERS: 1 },
  },
  {
    invariant: 'spentStaysSpent',
    defect: 'pads are spent on a batch that lacks some',
    from: 'else if (store.length() < images) refused({ ...what, outcome: "PadError" })',
    to: `else if (store.length() < images) all {
        spent' = spent.union(setsIn(store)), last' = { ...what, outcome: "PadError" },
        state' = state, store' = store, making' = making, made' = made, started' = started, inferences' = inferences,
        held' = held, crashes' = crashes, uses' = uses, lost' = lost, right' = right, released' = released, haunted' = haunted }`,
    bounds: { LAYERS: 1 },
  },
  {
    invariant: 'spentStaysSpent',
    defect: 'pads that are lost stay in the store',
    from: "    store' = [],\n    inferences' = list.foldl",
    to: "    store' = store,\n    inferences' = list.foldl",
    bounds: { LAYERS: 1 },
  },
  {
    invariant: 'spentStaysSpent',
    defect: 'a message is hidden by pads that wait',
    from: "uses' = if (sent) taken.fold",
    to: "uses' = if (sent) atLayer(store, layer).fold",
    bounds: { LAYERS: 1 },
  },
  {
    invariant: 'spentStaysSpent',
    defect: 'a pad set is stored twice',
    from: 'if (usable) store.append(making) else store',
    to: 'if (usable) store.append(making).append(making) else store',
    bounds: { LAYERS: 1, MOST_INFERENCES: 0 },
  },
  {
    invariant: 'padsAreAccountedFor',
    defect: 'a batch that lacks pads loses those that are there',
    from: 'else if (store.length() < images) refused({ ...what, outcome: "PadError" })',
    to: `else if (store.length() < images) all {
        store' = [], last' = { ...what, outcome: "PadError" },
        state' = state, making' = making, made' = made, started' = started, inferences' = inferences,
        held' = held.exclude(padsOfAll(setsIn(store))), crashes' = crashes, keepGhosts }`,
    bounds: { LAYERS: 1 },
  },
  {
    invariant: 'padsAreAccountedFor',
    defect: 'a pad set is spent that was never made',
    from: "spent' = spent.union(setsIn(taken)),",
    to: "spent' = spent.union(setsIn(taken)).union(Set(0)),",
    bounds: { LAYERS: 1 },
  },
  {
    invariant: 'padsAreAccountedFor',
    defect: 'what was spent counts as lost too',
    from: "    held' = Set(),\n    lost' = lost.union(setsIn(store)),\n    last",
    to: "    held' = Set(),\n    lost' = lost.union(setsIn(store)).union(spent),\n    last",
    bounds: { LAYERS: 1 },
  },
  {
    invariant: 'padsHaveOneOwner',
    defect: 'two inferences get the same pads',
    from: "store' = store.slice(images, store.length()),",
    to: "store' = store,",
    bounds: { LAYERS: 1 },
  },
  {
    invariant: 'runningMeansOpen',
    defect: 'the end of one inference is taken for the end of all',
    from: 'list.indices().forall(i => not(isOpen(list[i])))',
    to: 'list.indices().exists(i => not(isOpen(list[i])))',
    bounds: { LAYERS: 1 },
  },
  {
    invariant: 'runningMeansOpen',
    defect: 'the session runs on when nothing is open',
    from: 'if (now == "running" and list',
    to: 'if (now == "walking" and list',
    bounds: { LAYERS: 1 },
  },
  {
    invariant: 'lifetimeHolds',
    defect: 'a batch counts as one',
    from: "started' = started + images,",
    to: "started' = started + 1,",
    bounds: { LAYERS: 1, MOST_PADS: 3 },
  },
  {
    invariant: 'lifetimeHolds',
    defect: 'the challenges serve one image too many',
    from: 'started + images > LIFETIME)',
    to: 'started + images > LIFETIME + 1)',
    bounds: { LAYERS: 1, MOST_PADS: 2, LIFETIME: 1 },
  },
  {
    invariant: 'rejectsPoison',
    defect: 'a reject closes the session, as if nothing had happened',
    from: 'destroyed("poisoned", landed',
    to: 'destroyed("closed", landed',
    bounds: { LAYERS: 1 },
  },
  {
    invariant: 'rejectsPoison',
    defect: 'a poisoned session blames the device again when it is asked to begin',
    from: 'if (not(usable)) refused({ ...what, outcome: "SessionError" })',
    to: 'if (not(usable)) refused({ ...what, outcome: if (state == "poisoned") "IntegrityError" else "SessionError" })',
    bounds: { LAYERS: 1 },
  },
  {
    invariant: 'rejectsPoison',
    defect: 'a right answer is refused',
    from: 'pure def accepted(wrong: int): bool = wrong == 0',
    to: 'pure def accepted(wrong: int): bool = false',
    bounds: { LAYERS: 1 },
  },
  {
    invariant: 'wrongAnswersAreErrors',
    defect: 'a wrong answer passes',
    from: 'pure def accepted(wrong: int): bool = wrong == 0',
    to: 'pure def accepted(wrong: int): bool = true',
    bounds: { LAYERS: 1 },
  },
  {
    invariant: 'failuresPoisonNothing',
    defect: 'a device that breaks down closes the session',
    from: "      last' = what,\n      state' = state, store' = store, making' = making, made' = made, started' = started, crashes' = crashes, keepGhosts,\n    }\n  }\n\n  /** An inference is over",
    to: "      last' = what,\n      state' = \"closed\", store' = store, making' = making, made' = made, started' = started, crashes' = crashes, keepGhosts,\n    }\n  }\n\n  /** An inference is over",
    bounds: { LAYERS: 1 },
  },
  {
    invariant: 'overdueIsSilent',
    defect: 'a run that has used up its time sends on',
    from: 'inRange and not(one.overdue)',
    to: 'inRange',
  },
];

/** The model with the defect. @throws Error when it has no such line */
export function mutated(text: string, { from, to, defect }: Mutant): string {
  if (text.split(from).length !== 2) throw new Error(`the line to change is not there, or there twice: ${defect}`);
  return text.replace(from, () => to);
}
