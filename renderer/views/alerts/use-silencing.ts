import { useState } from 'react';
import { useAlertCall } from '../../ask/alerts.ts';
import { useInterop } from '../../ask/ask.ts';
import { useOthersCall } from '../../ask/others.ts';
import { faultOf } from '../../link/link.ts';
import { remoteMatchers } from './others.ts';
import type { silenceOf } from './silence-form.ts';

type Call = ReturnType<typeof silenceOf>['call'];

/**
 * Makes a silence here and, where it is wanted, at the Alertmanagers too. What was made here is not made twice: where
 * an Alertmanager refuses, only those that failed are asked again.
 */
export function useSilencing(onDone: () => void) {
  const interop = useInterop();
  const here = useAlertCall('silence');
  const there = useOthersCall('silenceOthers');
  const [failed, setFailed] = useState<readonly string[]>([]);
  const [message, setMessage] = useState('');
  const managers = interop.data?.alertmanagers ?? [];

  const askOthers = (call: Call) => {
    const { endsAt, who, reason } = call;
    const matchers = remoteMatchers(call.matchers, call.under);
    there.mutate(
      { alertmanagers: [...failed], matchers, endsAt, who, reason },
      {
        onSuccess: (reply) => {
          setFailed(reply.failed.map(({ alertmanager }) => alertmanager));
          const words = reply.failed.map(({ alertmanager, fault }) => {
            const name = managers.find(({ id }) => id === alertmanager)?.name ?? alertmanager;
            return `${name}: ${fault.message}`;
          });
          setMessage(`Silenced here, not at ${words.join('; ')}`);
          if (words.length === 0) onDone();
        },
        onError: (error) => setMessage(`Silenced here, not at the Alertmanagers: ${faultOf(error).message}`),
      },
    );
  };
  return {
    /** Whether there is any Alertmanager to ask. */
    hasOthers: managers.length > 0,
    pending: here.isPending || there.isPending,
    /** It is made here already; what is left is others. */
    made: here.isSuccess,
    error: here.error ? faultOf(here.error).message : message,
    make: (call: Call, others: boolean) => {
      if (here.isSuccess) askOthers(call);
      else here.mutate(call, { onSuccess: () => (others ? askOthers(call) : onDone()) });
    },
  };
}
