// Timelines: valid JSON with one event per span, from several threads.
#include "runtime/Trace.h"
#include "runtime/KernelExecutable.h"
#include "test/runtime/TemporaryFolder.h"

#include "llvm/Support/JSON.h"

using namespace dsa;

TEST(Trace, IsJsonWithOneEventPerSpan) {
  Trace trace;
  trace.record("top_k \"quoted\"", 0, 0.001, 0.0035);
  trace.record("linear", 1, trace.now(), trace.now());
  llvm::Expected<llvm::json::Value> parsed = llvm::json::parse(trace.json());
  ASSERT_TRUE(static_cast<bool>(parsed)) << llvm::toString(parsed.takeError());
  const llvm::json::Array *events = parsed->getAsObject()->getArray("traceEvents");
  ASSERT_EQ(events->size(), 2u);
  const llvm::json::Object &first = *(*events)[0].getAsObject();
  EXPECT_EQ(first.getString("name"), "top_k \"quoted\"");
  EXPECT_EQ(first.getString("ph"), "X");
  EXPECT_DOUBLE_EQ(*first.getNumber("ts"), 1000);
  EXPECT_DOUBLE_EQ(*first.getNumber("dur"), 2500);

  TemporaryFolder folder;
  ASSERT_FALSE(llvm::errorToBool(trace.write(folder.file("trace.json"))));
  EXPECT_EQ(readText(folder.file("trace.json")), trace.json());
}

TEST(Trace, SeesEveryRangeOfALaunch) {
  KernelProgram program;
  auto nothing = [](void *const *, char *, char *, int64_t *, int64_t, int64_t) {};
  program.launches = {{"nothing", {{nothing, 100}, {nothing, 1}}, {}, 0, 0, 0, 0}};
  KernelExecutable executable(std::move(program));
  ThreadPool pool(2);
  Trace trace;
  llvm::SmallVector<Tensor> results;
  ASSERT_FALSE(llvm::errorToBool(executable.run({}, results, {&pool, nullptr, &trace})));
  // 100 items in chunks of 100 / (2 * 16) = 3, and one range for the second phase.
  EXPECT_EQ(trace.size(), 34u + 1);
}
