// Fills the host's row in from measurements.
#include "codegen/HostMachine.h"

#include "runtime/HostProbe.h"

using namespace dsa;

Machine dsa::measureMachine(ThreadPool &pool) {
  Machine machine = *findMachine("host");
  Host host = describeHost();
  HostPeak peak = measureHost(pool);
  machine.units = pool.threads();
  machine.vectorF32Flops = 1e9 * peak.gflopsAllThreads;
  machine.memoryBytes = 1e9 * peak.gigabytesAllThreads;
  machine.lastLevelBytes = std::max(machine.lastLevelBytes, 2 * machine.memoryBytes);
  machine.memorySize = memoryBytes();
  machine.lastLevelSize = host.level3;
  machine.unitCacheSize = host.level2;
  machine.blockScratchSize = host.level1;
  machine.vectorBytes = 4 * host.vectorFloats;
  return machine;
}
