import type { InteropReply, SendingState } from '../../../../shared/contract/interop.ts';
import type { HelloReply } from '../../../../shared/contract.ts';
import { formatAge, formatCount } from '../../../../shared/format.ts';
import { useForgetSilence, useRestoreSilence } from '../../../ask/ask.ts';
import { faultOf } from '../../../link/link.ts';
import parts from '../../../parts/parts.module.css';
import styles from '../sources.module.css';
import { ExchangeForm } from './ExchangeForm.tsx';
import type { ExchangeChoice } from './ExchangeList.tsx';

const TITLES = { alertmanager: 'Add Alertmanager', webhook: 'Add webhook' } as const;

/** One Alertmanager or webhook: how it does, what it lost, and its form. */
export function ExchangeDetail(props: {
  hello: HelloReply;
  interop: InteropReply | undefined;
  choice: ExchangeChoice;
  now: number;
  onChoose: (choice: ExchangeChoice | null) => void;
}) {
  const { hello, interop, choice, now } = props;
  const { alertmanagers, webhooks } = hello.settings;
  const operate = hello.role === 'operate';
  const of = <T extends { readonly id: string }>(list: readonly T[]) => list.find(({ id }) => id === choice.id) ?? null;
  const name = (choice.kind === 'alertmanager' ? of(alertmanagers) : of(webhooks))?.name ?? TITLES[choice.kind];
  const common = {
    operate,
    onSaved: (id: string) => props.onChoose({ kind: choice.kind, id }),
    onRemoved: () => props.onChoose(null),
  };
  return (
    <section className={parts.panel} aria-label="Alert exchange" data-region>
      <div className={parts.header}>
        <h2>{name}</h2>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <section className={styles.scroll} tabIndex={0} aria-label="Facts and settings">
        {choice.id === '' || interop === undefined ? null : <Facts interop={interop} choice={choice} now={now} />}
        {choice.kind === 'alertmanager' && interop !== undefined ? (
          <LostSilences interop={interop} id={choice.id} operate={operate} now={now} />
        ) : null}
        {choice.kind === 'alertmanager' ? (
          <ExchangeForm
            key={`alertmanager ${choice.id}`}
            kind="alertmanager"
            before={of(alertmanagers)}
            taken={alertmanagers.map(({ id }) => id)}
            {...common}
          />
        ) : (
          <ExchangeForm
            key={`webhook ${choice.id}`}
            kind="webhook"
            before={of(webhooks)}
            taken={webhooks.map(({ id }) => id)}
            {...common}
          />
        )}
      </section>
    </section>
  );
}

type Fact = readonly [label: string, text: string];

function Facts({ interop, choice, now }: { interop: InteropReply; choice: ExchangeChoice; now: number }) {
  const ago = (time: number | null) => (time === null ? 'never' : `${formatAge(Math.max(0, now - time))} ago`);
  const manager = interop.alertmanagers.find(({ id }) => choice.kind === 'alertmanager' && id === choice.id);
  const hook = interop.webhooks.find(({ id }) => choice.kind === 'webhook' && id === choice.id);
  const sending = manager?.sending ?? hook?.sending ?? null;
  const facts: Fact[] = [];
  if (manager) {
    facts.push(['State', manager.state], ['Version', manager.version === '' ? '—' : manager.version]);
    facts.push(['Cluster', manager.peers > 1 ? `${manager.peers} members, ${manager.cluster}` : 'alone']);
    facts.push(['Alerts', formatCount(manager.alerts)], ['Active silences', formatCount(manager.activeSilences)]);
    facts.push(['Last read', ago(manager.lastOk)]);
  }
  if (hook) facts.push(['Signature', hook.signed ? 'HMAC-SHA256' : 'none']);
  if (sending) {
    facts.push(['Sent', formatCount(sending.sent)], ['Waiting', formatCount(sending.waiting)]);
    facts.push(['Given up', formatCount(sending.dropped)], ['Refused', formatCount(sending.refused)]);
    facts.push(['Last delivery', ago(sending.lastOk)]);
  }
  return (
    <>
      <dl className={styles.facts}>
        {facts.map(([label, text]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd className="num">{text}</dd>
          </div>
        ))}
      </dl>
      <FaultLine fault={manager?.fault ?? null} now={now} />
      <FaultLine fault={sending?.fault ?? null} now={now} />
      {sending === null || sending.refusal === '' ? null : (
        <p className={styles.warning}>The last refusal said: {sending.refusal}</p>
      )}
    </>
  );
}

function FaultLine({ fault, now }: { fault: SendingState['fault']; now: number }) {
  if (fault === null) return null;
  return (
    <p className={styles.fault}>
      {fault.message} {fault.hint}{' '}
      <span className="num">
        For {formatAge(Math.max(0, now - fault.since))}, {formatCount(fault.count)} times.
      </span>
    </p>
  );
}

/** Silences that we made and it does not have any more: each can be made again. */
function LostSilences(props: { interop: InteropReply; id: string; operate: boolean; now: number }) {
  const restore = useRestoreSilence();
  const forget = useForgetSilence();
  const lost = props.interop.lostSilences.filter(({ alertmanager }) => alertmanager === props.id);
  const failed = restore.error ?? forget.error;
  if (lost.length === 0) return null;
  return (
    <table className={styles.coverage}>
      <caption className={parts.caption}>Silences made here that it has lost</caption>
      <tbody>
        {lost.map(({ alertmanager, id, matchers, endsAt, createdBy, comment }) => (
          <tr key={id}>
            <th scope="row" className={styles.mono}>
              {matchers.map(({ name, op, value }) => `${name}${op}"${value}"`).join(', ')}
            </th>
            <td>
              {createdBy}: {comment}
            </td>
            <td className="num">for {formatAge(Math.max(0, endsAt - props.now))} more</td>
            <td>
              <span className={styles.actions}>
                <button
                  type="button"
                  className={parts.button}
                  disabled={!props.operate || restore.isPending}
                  onClick={() => restore.mutate({ alertmanager, id })}
                >
                  Make it again
                </button>
                <button
                  type="button"
                  className={parts.button}
                  disabled={!props.operate || forget.isPending}
                  onClick={() => forget.mutate({ alertmanager, id })}
                >
                  Forget it
                </button>
              </span>
            </td>
          </tr>
        ))}
        {failed === null ? null : (
          <tr>
            <td colSpan={4} role="alert" className={styles.fault}>
              {faultOf(failed).message} {faultOf(failed).hint}
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
}
