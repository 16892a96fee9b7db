import type { Labels } from './labels.ts';
import { isAddress } from './mapping.ts';
import { EXPORTER_POD } from './recorded/names.ts';
import { type GpuIdentity, JOB, labelOf, NAMESPACE, POD } from './signals/profile.ts';
import type { Work } from './topology.ts';

export const NO_WORK: Work = { namespace: '', pod: '', job: '' };
const EXPORTER = new RegExp(EXPORTER_POD);

/** The pod or job that the labels of a series name. */
export function workOf(labels: Labels): Work {
  const [namespace, pod, job] = [NAMESPACE, POD, JOB].map((names) => labelOf(labels, names));
  const own = (labels.get('exported_pod') ?? '') === '' && (EXPORTER.test(pod) || pod === '');
  if (own) return job === '' ? NO_WORK : { namespace: '', pod: '', job };
  return { namespace, pod, job };
}

/** The number at the end of "3", "card3" or "npu3"; −1: none. */
export function indexNumber(index: string): number {
  const digits = /^[a-z_/-]*(\d{1,4})$/i.exec(index)?.[1];
  return digits === undefined ? -1 : Number(digits);
}

/** What exporters write where they do not know or do not tell. */
const NO_ID = /^(n\/?a|none|unknown|\*+|\[.*\])$/i;

export function gpuId(labels: Labels, { id: names, idPrefix = '' }: GpuIdentity): string {
  const id = labelOf(labels, names);
  if (NO_ID.test(id)) return '';
  return id === '' || id.toLowerCase().startsWith(idPrefix.toLowerCase()) ? id : `${idPrefix}${id}`;
}

/** What the maker calls a card that nobody has named: no word on whose it is. */
const UNNAMED = /\b(ConnectX|InfiniHost|Mellanox Technologies)/i;

/** Whose a device of a fabric is, "n1 mlx5_0": its host, and what that calls it; '' where nobody named it. */
export function ownerOf(text: string): { readonly host: string; readonly device: string } {
  const [host = '', ...words] = UNNAMED.test(text) ? [] : text.split(' ');
  return { host, device: words.join(' ') };
}

export const shortName = (host: string) => (isAddress(host) ? host : host.split('.', 1)[0]);
