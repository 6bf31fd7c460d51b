import { FengsuiError } from '../model/errors.ts';
import { gatewayId } from '../model/ids.ts';
import {
  checkAlarm,
  checkAudit,
  checkDesiredChange,
  checkFilter,
  checkGatewayRecord,
  checkGateways,
  checkMarks,
  checkRange,
  checkReported,
  checkSamples,
  checkTime,
} from './checks.ts';
import type { PlatformStore, StoreCall } from './platform-store.ts';

/** A store whose calls are checked before they reach it: arguments, signals, and that it is still open. */
export function checkedStore(raw: PlatformStore): PlatformStore {
  let closing: Promise<void> | undefined;
  const checked = async <T>(call: StoreCall | undefined, check: () => void, run: () => Promise<T>): Promise<T> => {
    if (closing) throw new FengsuiError('UNAVAILABLE', 'the store is closed');
    if (call?.signal?.aborted) throw new FengsuiError('ABORTED', 'the caller gave up', { cause: call.signal.reason });
    check();
    return run();
  };
  const { gateways, desired, history, alarms, audit } = raw;
  return {
    gateways: {
      put: (record, call) =>
        checked(
          call,
          () => checkGatewayRecord(record),
          () => gateways.put(record, call),
        ),
      get: (id, call) =>
        checked(
          call,
          () => gatewayId(id),
          () => gateways.get(id, call),
        ),
      list: (query = {}, call) =>
        checked(
          call,
          () => checkFilter(query),
          () => gateways.list(query, call),
        ),
    },
    desired: {
      change: (id, change, call) =>
        checked(
          call,
          () => checkDesiredChange(id, change),
          () => desired.change(id, change, call),
        ),
      report: (id, told, call) =>
        checked(
          call,
          () => checkReported(id, told),
          () => desired.report(id, told, call),
        ),
      get: (id, call) =>
        checked(
          call,
          () => gatewayId(id),
          () => desired.get(id, call),
        ),
      waiting: (query = {}, call) =>
        checked(
          call,
          () => checkFilter(query),
          () => desired.waiting(query, call),
        ),
      forget: (id, call) =>
        checked(
          call,
          () => gatewayId(id),
          () => desired.forget(id, call),
        ),
    },
    history: {
      append: (samples, call) =>
        checked(
          call,
          () => [checkSamples(samples), checkMarks(call?.marks ?? [])],
          () => history.append(samples, call),
        ),
      marks: (ids, call) =>
        checked(
          call,
          () => checkGateways(ids),
          () => history.marks(ids, call),
        ),
      range: (query, call) => {
        const check = (): void => {
          checkRange(query);
          checkFilter({ after: query.after, limit: query.limit });
        };
        return checked(call, check, () => history.range(query, call));
      },
      latest: (id, device, call) =>
        checked(
          call,
          () => [gatewayId(id), checkFilter({ device })],
          () => history.latest(id, device, call),
        ),
      prune: (before, call) =>
        checked(
          call,
          () => before && checkTime('before', before),
          () => history.prune(before, call),
        ),
    },
    alarms: {
      append: (entry, call) =>
        checked(
          call,
          () => checkAlarm(entry),
          () => alarms.append(entry, call),
        ),
      list: (query = {}, call) =>
        checked(
          call,
          () => checkFilter(query),
          () => alarms.list(query, call),
        ),
      standing: (query = {}, call) =>
        checked(
          call,
          () => checkFilter(query),
          () => alarms.standing(query, call),
        ),
    },
    audit: {
      append: (entry, call) =>
        checked(
          call,
          () => checkAudit(entry),
          () => audit.append(entry, call),
        ),
      list: (query = {}, call) =>
        checked(
          call,
          () => checkFilter(query),
          () => audit.list(query, call),
        ),
    },
    async [Symbol.asyncDispose]() {
      closing ??= (async () => raw[Symbol.asyncDispose]())();
      await closing;
    },
  };
}
