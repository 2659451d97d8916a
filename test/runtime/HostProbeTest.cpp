// The probe finds numbers that a machine can have; what they are is the machine's business.
#include "runtime/HostProbe.h"

#include "gtest/gtest.h"

using namespace dsa;

TEST(HostProbe, DescribesThisMachine) {
  Host host = describeHost();
  EXPECT_FALSE(host.cpu.empty());
  EXPECT_GE(host.threads, 1);
  EXPECT_TRUE(host.vectorFloats == 4 || host.vectorFloats == 8 || host.vectorFloats == 16);
  EXPECT_GE(host.level1, 8 << 10);
  EXPECT_GE(host.level2, host.level1);
}

TEST(HostProbe, MeasuresPeaksThatAreNotTooGoodToBeTrue) {
  ThreadPool pool(2);
  HostPeak peak = measureHost(pool);
  // At most 6 GHz, four multiply-adds a cycle.
  double limit = 6.0 * 4 * 2 * describeHost().vectorFloats;
  EXPECT_GT(peak.gflopsOneThread, 0.1);
  EXPECT_LT(peak.gflopsOneThread, limit);
  EXPECT_GE(peak.gflopsAllThreads, peak.gflopsOneThread);
  EXPECT_LT(peak.gflopsAllThreads, 2 * limit);
  EXPECT_GT(peak.gigabytesOneThread, 0.05);
  EXPECT_GE(peak.gigabytesAllThreads, peak.gigabytesOneThread);
  RecordProperty("gflops", std::to_string(peak.gflopsOneThread));
}
