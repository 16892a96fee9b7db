import type { Alert, AlertSeverity } from '../../../shared/alerting/alert.ts';
import type { LayoutDocument } from '../../../shared/contract.ts';
import { HALL } from '../../../shared/topology.ts';
import { ancestorAt, labelOf } from '../places.ts';

/** What alerts are told apart by at the left of the view (ui.md (d)). */
export const FACETS = ['severity', 'domain', 'hall', 'state', 'rule'] as const;
export type FacetId = (typeof FACETS)[number];

export const FACET_NAMES: Readonly<Record<FacetId, string>> = {
  severity: 'Severity',
  domain: 'Domain',
  hall: 'Hall',
  state: 'State',
  rule: 'Rule',
};

/** Values that are wanted, by facet; a facet without any lets everything through. */
export type Chosen = Readonly<Partial<Record<FacetId, readonly string[]>>>;

export interface FacetValue {
  readonly value: string;
  readonly label: string;
  /** Alerts that would be shown with it: all other facets count, this one does not. */
  readonly count: number;
  readonly chosen: boolean;
}

export interface Facet {
  readonly id: FacetId;
  readonly name: string;
  readonly values: readonly FacetValue[];
}

/** How an alert stands, in one word; what is owned or muted is no longer "firing" to whoever looks for work. */
export type Standing = 'firing' | 'pending' | 'acknowledged' | 'silenced' | 'inhibited' | 'unknown' | 'resolved';

export function standingOf(alert: Alert): Standing {
  if (alert.state !== 'firing') return alert.state;
  if (alert.silencedBy.length > 0) return 'silenced';
  if (alert.inhibitedBy.length > 0) return 'inhibited';
  if (alert.unknownSince !== null) return 'unknown';
  return alert.acked === null ? 'firing' : 'acknowledged';
}

export const STANDING_WORDS: Readonly<Record<Standing, string>> = {
  firing: 'New',
  pending: 'Pending',
  acknowledged: 'Acknowledged',
  silenced: 'Silenced',
  inhibited: 'Inhibited',
  unknown: 'Unknown',
  resolved: 'Resolved',
};

export const DOMAIN_WORDS: Readonly<Record<string, string>> = {
  power: 'Power and thermal',
  fabric: 'Interconnect',
  hardware: 'GPU health',
  data: 'Data',
};
const SEVERITY_WORDS: Readonly<Record<AlertSeverity, string>> = {
  critical: 'Critical',
  warning: 'Warning',
  advisory: 'Advisory',
};

const SHORT: Readonly<Record<string, string>> = {
  ...{ hw: 'HW', sw: 'SW', gpu: 'GPU', gpus: 'GPUs', xid: 'XID', ecc: 'ECC', pcie: 'PCIe', nvlink: 'NVLink' },
};

/** What a rule's name says to a person: `BudgetAtCap` → "Budget at cap"; short words in capitals stay. */
export function ruleWords(name: string): string {
  const words = name
    .replace(/_/g, ' ')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(' ');
  return words
    .map((word) => SHORT[word.toLowerCase()] ?? word)
    .map((word, index) => (index === 0 || /^[A-Z0-9]{2}/.test(word) ? word : word.toLowerCase()))
    .join(' ');
}

function facetValue(layout: LayoutDocument, alert: Alert, facet: FacetId): string {
  switch (facet) {
    case 'hall': {
      const hall = ancestorAt(layout, alert.place, HALL);
      return hall >= 0 ? layout.path[hall] : '';
    }
    case 'state':
      return standingOf(alert);
    default:
      return alert[facet];
  }
}

function labelOfValue(layout: LayoutDocument, facet: FacetId, value: string): string {
  switch (facet) {
    case 'hall': {
      const hall = layout.path.indexOf(value);
      return hall < 0 ? 'No hall' : labelOf(layout, hall);
    }
    case 'state':
      return STANDING_WORDS[value as Standing];
    case 'severity':
      return SEVERITY_WORDS[value as AlertSeverity] ?? value;
    case 'domain':
      return DOMAIN_WORDS[value] ?? value;
    case 'rule':
      return ruleWords(value);
  }
}

const passes = (layout: LayoutDocument, alert: Alert, chosen: Chosen, except?: FacetId) =>
  FACETS.every((facet) => {
    const wanted = chosen[facet];
    return facet === except || !wanted || wanted.length === 0 || wanted.includes(facetValue(layout, alert, facet));
  });

/** Alerts that pass every facet. */
export function chosenAlerts(layout: LayoutDocument, alerts: readonly Alert[], chosen: Chosen): readonly Alert[] {
  return alerts.filter((alert) => passes(layout, alert, chosen));
}

const ORDER: readonly string[] = [
  ...['critical', 'warning', 'advisory', 'power', 'fabric', 'hardware', 'data'],
  ...['firing', 'unknown', 'pending', 'acknowledged', 'silenced', 'inhibited', 'resolved'],
];

/** Every facet with its values and how many alerts each would leave. A chosen value stays though it leaves none. */
export function facetsOf(layout: LayoutDocument, alerts: readonly Alert[], chosen: Chosen): readonly Facet[] {
  return FACETS.map((id) => {
    const counts = new Map<string, number>((chosen[id] ?? []).map((value) => [value, 0]));
    for (const alert of alerts) {
      const value = facetValue(layout, alert, id);
      const more = passes(layout, alert, chosen, id) ? 1 : 0;
      counts.set(value, (counts.get(value) ?? 0) + more);
    }
    const values = [...counts].map(([value, count]): FacetValue => {
      return {
        ...{ value, count },
        label: labelOfValue(layout, id, value),
        chosen: chosen[id]?.includes(value) ?? false,
      };
    });
    const place = ({ value, label }: FacetValue) => [ORDER.indexOf(value), label] as const;
    return {
      id,
      name: FACET_NAMES[id],
      values: values.sort((a, b) => place(a)[0] - place(b)[0] || (place(a)[1] < place(b)[1] ? -1 : 1)),
    };
  });
}

/** The choice as parameters of the address, and back. */
export const chosenOf = (params: Readonly<Record<string, string>>): Chosen =>
  Object.fromEntries(FACETS.flatMap((id) => (params[id] ? [[id, params[id].split(',')]] : [])));

export const toggled = (chosen: Chosen, facet: FacetId, value: string): string => {
  const before = chosen[facet] ?? [];
  return (before.includes(value) ? before.filter((one) => one !== value) : [...before, value]).join(',');
};
