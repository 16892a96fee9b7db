import { type CallName, calls, type Role } from '../../shared/contract.ts';
import { FaultError } from './fault.ts';

/** The argument of a call, parsed. @throws FaultError where there is no such call, it is not for this role, or it is not valid */
export function checkedCall(
  role: Role,
  name: string,
  arg: unknown,
): { readonly name: CallName; readonly arg: unknown } {
  if (!Object.hasOwn(calls, name))
    throw new FaultError('unknown-call', 'There is no such call', 'Reload the page: it may be of another version.');
  const call = calls[name as CallName];
  if (call.role === 'operate' && role !== 'operate')
    throw new FaultError('read-only', 'This viewer may look, not change', 'Use a token with role operate.');
  const parsed = call.arg.safeParse(arg);
  if (parsed.success) return { name: name as CallName, arg: parsed.data };
  const issue = parsed.error.issues[0];
  throw new FaultError(
    'bad-argument',
    `${issue?.path.join('.') || 'The argument'}: ${issue?.message ?? 'not valid'}`,
    'Correct the value.',
  );
}
