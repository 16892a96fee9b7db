import type { Profile } from '../profile.ts';
import { allSmiProfile, furiosaProfile, gaudiProfile, neuronProfile, tpuProfile } from './accelerators.ts';
import { amdNicProfile, amdProfile, omnistatProfile } from './amd.ts';
import { bmcProfiles } from './bmc.ts';
import { cumulusProfile, snmpCongestionProfile } from './congestion.ts';
import { dcgmProfile } from './dcgm.ts';
import { dcgmLowerProfile } from './dcgm-lower.ts';
import { hcaProfile, moneoProfile } from './hcas.ts';
import { inferenceProfiles } from './inference.ts';
import { nodeProfile } from './node-exporter.ts';
import { nvidiaSmiProfile } from './nvidia-smi.ts';
import { pduProfiles } from './pdus.ts';
import { raritanProfile } from './raritan.ts';
import { recordedProfile } from './recorded.ts';
import { ifMibProfile, infinibandExporterProfile, ufmProfile } from './switches.ts';

/** Every exporter that is known, in order of preference where two report the same signal of one object. */
export const profiles: readonly Profile[] = [
  dcgmProfile,
  nvidiaSmiProfile,
  dcgmLowerProfile,
  amdProfile,
  amdNicProfile,
  omnistatProfile,
  gaudiProfile,
  neuronProfile,
  tpuProfile,
  furiosaProfile,
  allSmiProfile,
  nodeProfile,
  hcaProfile,
  moneoProfile,
  infinibandExporterProfile,
  ufmProfile,
  ifMibProfile,
  snmpCongestionProfile,
  cumulusProfile,
  ...bmcProfiles,
  raritanProfile,
  ...pduProfiles,
  ...inferenceProfiles,
  recordedProfile,
];
