/** Defects in the model itself: for every invariant a change that must break it, or the invariant says nothing. */
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
    from: ' or one.claimed.contains(layer)) refused',
    to: ') refused',
  },
  {
    invariant: 'messagesAreHidden',
    defect: 'one pad hides all images of a batch',
    from: 'val taken = store.slice(0, images)',
    to: 'val taken = 1.to(images).fold([], (list, _) => list.append(store[0]))',
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
    from: 'if (not(usable) or not(one.open) or one.claimed',
    to: 'if (one.claimed',
  },
  {
    invariant: 'endsWipe',
    defect: 'a reject leaves the pads that wait',
    from: "    store' = [],\n    inferences' = list.foldl",
    to: "    store' = store,\n    inferences' = list.foldl",
  },
  {
    invariant: 'nothingIsKept',
    defect: 'an abandoned inference keeps its pads',
    from: "held' = if (one.open) held.exclude(layers.exclude(one.claimed).map(l => atLayer(one.pads, l)).flatten()) else held,",
    to: "held' = held,",
  },
  {
    invariant: 'spentStaysSpent',
    defect: 'pads stay in the store when they are handed out',
    from: "store' = store.slice(images, store.length()),",
    to: "store' = store,",
  },
  {
    invariant: 'padsAreAccountedFor',
    defect: 'a batch that lacks pads loses those that are there',
    from: 'else if (store.length() < images) refused({ ...what, outcome: "PadError" })',
    to: `else if (store.length() < images) all {
        store' = [], last' = { ...what, outcome: "PadError" },
        state' = state, making' = making, made' = made, started' = started, inferences' = inferences,
        held' = held.exclude(padsOfAll(setsIn(store))), crashes' = crashes, keepGhosts }`,
  },
  {
    invariant: 'padsHaveOneOwner',
    defect: 'two inferences get the same pads',
    from: "store' = store.slice(images, store.length()),",
    to: "store' = store,",
  },
  {
    invariant: 'runningMeansOpen',
    defect: 'the end of one inference is taken for the end of all',
    from: 'list.indices().forall(i => not(list[i].open))',
    to: 'list.indices().exists(i => not(list[i].open))',
  },
  {
    invariant: 'lifetimeHolds',
    defect: 'a batch counts as one',
    from: "started' = started + images,",
    to: "started' = started + 1,",
    bounds: { LAYERS: 1, MOST_PADS: 3 },
  },
  {
    invariant: 'rejectsPoison',
    defect: 'a reject closes the session, as if nothing had happened',
    from: 'destroyed("poisoned", landed',
    to: 'destroyed("closed", landed',
  },
  {
    invariant: 'wrongAnswersAreErrors',
    defect: 'a wrong answer passes',
    from: 'pure def accepted(wrong: int): bool = wrong == 0',
    to: 'pure def accepted(wrong: int): bool = true',
  },
  {
    invariant: 'failuresPoisonNothing',
    defect: 'a device that breaks down closes the session',
    from: "    last' = what,\n    state' = state, store' = store, making' = making, made' = made, started' = started, crashes' = crashes, keepGhosts,\n  }\n\n  /** The verdict",
    to: "    last' = what,\n    state' = \"closed\", store' = store, making' = making, made' = made, started' = started, crashes' = crashes, keepGhosts,\n  }\n\n  /** The verdict",
  },
];

/** The model with the defect. @throws Error when it has no such line */
export function mutated(text: string, { from, to, defect }: Mutant): string {
  if (text.split(from).length !== 2) throw new Error(`the line to change is not there, or there twice: ${defect}`);
  return text.replace(from, () => to);
}
