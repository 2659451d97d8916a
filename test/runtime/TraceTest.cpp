// Timelines: valid JSON with one event per span, from several threads.
#include "runtime/Trace.h"
#include "runtime/KernelExecutable.h"
#include "test/runtime/TemporaryFolder.h"

#include "llvm/Support/JSON.h"

using namespace dsa;

TEST(Trace, IsJsonWithOneEventPerSpan) {
  Trace trace;
  trace.record({"top_k \"quoted\"", "launch", 0, 0.001, 0.0035, llvm::json::Object{{"flops", 7}}});
  trace.record({"linear", "range", 1, trace.now(), trace.now(), llvm::json::Object()});
  llvm::Expected<llvm::json::Value> parsed = llvm::json::parse(trace.json());
  ASSERT_TRUE(static_cast<bool>(parsed)) << llvm::toString(parsed.takeError());
  const llvm::json::Array *events = parsed->getAsObject()->getArray("traceEvents");
  ASSERT_EQ(events->size(), 2u);
  const llvm::json::Object &first = *(*events)[0].getAsObject();
  EXPECT_EQ(first.getString("name"), "top_k \"quoted\"");
  EXPECT_EQ(first.getString("ph"), "X");
  EXPECT_EQ(first.getString("cat"), "launch");
  EXPECT_EQ(first.getObject("args")->getInteger("flops"), 7);
  EXPECT_DOUBLE_EQ(*first.getNumber("ts"), 1000);
  EXPECT_DOUBLE_EQ(*first.getNumber("dur"), 2500);

  TemporaryFolder folder;
  ASSERT_FALSE(llvm::errorToBool(trace.write(folder.file("trace.json"))));
  EXPECT_EQ(readText(folder.file("trace.json")), trace.json());
}

TEST(Trace, ScopesLastAsLongAsTheyLiveAndSayNothingToNobody) {
  Trace trace;
  {
    TraceScope outer(&trace, "outer", "run");
    outer.note("target", "cpu");
    TraceScope inner(&trace, "inner", "launch", 3), nobody(nullptr, "nobody", "launch");
    nobody.note("flops", 1);
    EXPECT_EQ(trace.size(), 0u);
  }
  ASSERT_EQ(trace.size(), 2u);
  auto parsed = llvm::cantFail(llvm::json::parse(trace.json()));
  const llvm::json::Array &events = *parsed.getAsObject()->getArray("traceEvents");
  const llvm::json::Object &inner = *events[0].getAsObject(), &outer = *events[1].getAsObject();
  EXPECT_EQ(inner.getString("name"), "inner");
  EXPECT_EQ(inner.getInteger("tid"), 3);
  EXPECT_EQ(outer.getObject("args")->getString("target"), "cpu");
  EXPECT_LE(*outer.getNumber("ts"), *inner.getNumber("ts"));
}

TEST(Trace, SeesEveryRangeOfALaunch) {
  KernelProgram program;
  auto nothing = [](void *const *, char *, char *, int64_t *, int64_t, int64_t) {};
  program.launches = {{"nothing", {{nothing, 100}, {nothing, 1}}, {}, 0, 0, 12, 34}};
  KernelExecutable executable(std::move(program));
  ThreadPool pool(2);
  Trace trace;
  llvm::SmallVector<Tensor> results;
  ASSERT_FALSE(llvm::errorToBool(executable.run({}, results, {&pool, nullptr, &trace})));
  // 100 items in chunks of 100 / (2 * 16) = 3, one range for the second phase, and the launch.
  EXPECT_EQ(trace.size(), 34u + 1 + 1);
  EXPECT_NE(trace.json().find("\"args\":{\"bytes\":34,\"flops\":12}"), std::string::npos);
}
