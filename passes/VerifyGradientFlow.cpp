// Proves that each loss trains the parameters of its own group only, and that frozen ones have no
// state.
#include "passes/Passes.h"

#include "dialect/Dialect.h"
#include "passes/ReverseMode.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/MapVector.h"

namespace dsa {
#define GEN_PASS_DEF_VERIFYGRADIENTFLOW
#include "passes/Passes.h.inc"
} // namespace dsa

using namespace mlir;
using namespace dsa;

namespace {

/// A parameter or a minimised result: what it is called and which group it belongs to.
struct Member {
  std::string name;
  StringRef group;
  Value value;
};

/// The gradient of one loss on its way: for each op, last op first, the operands it passes to.
class GradientPaths {
public:
  /// Fails after an error at an op whose derivative does not exist.
  static FailureOr<GradientPaths> of(Block &block, Value loss);

  bool reaches(Value value) const { return reached.contains(value); }
  /// The values that hand the gradient on to one of `parameters`, with the first that they lead to.
  llvm::DenseMap<Value, const Member *> leadingTo(ArrayRef<const Member *> parameters) const;
  ArrayRef<OpOperand *> edges() const { return passed; }

private:
  llvm::DenseSet<Value> reached;
  SmallVector<OpOperand *> passed;
};

} // namespace

FailureOr<GradientPaths> GradientPaths::of(Block &block, Value loss) {
  GradientPaths paths;
  paths.reached.insert(loss);
  for (Operation &op : llvm::reverse(block.without_terminator())) {
    FailureOr<SmallVector<OpOperand *>> operands =
        operandsWithGradient(&op, [&](Value result) { return paths.reaches(result); });
    if (failed(operands))
      return failure();
    for (OpOperand *operand : *operands) {
      paths.reached.insert(operand->get());
      paths.passed.push_back(operand);
    }
  }
  return paths;
}

llvm::DenseMap<Value, const Member *>
GradientPaths::leadingTo(ArrayRef<const Member *> parameters) const {
  llvm::DenseMap<Value, const Member *> leads;
  for (const Member *parameter : parameters)
    if (reaches(parameter->value))
      leads[parameter->value] = parameter;
  for (OpOperand *edge : llvm::reverse(passed))
    if (const Member *end = leads.lookup(edge->get()))
      for (Value result : edge->getOwner()->getResults())
        if (reaches(result))
          leads.try_emplace(result, end);
  return leads;
}

static std::string describe(StringRef group) {
  return group.empty() ? "no group" : ("group '" + group + "'").str();
}

/// The minimised results of `func`, or the parameters.
static SmallVector<Member> membersOf(func::FuncOp func, bool parameters) {
  SmallVector<Member> members;
  ValueRange values = parameters ? ValueRange(func.getArguments())
                                 : ValueRange(func.front().getTerminator()->getOperands());
  for (auto [number, value] : llvm::enumerate(values)) {
    DictionaryAttr attributes =
        parameters ? func.getArgAttrDict(number) : func.getResultAttrDict(number);
    if (!attributes)
      continue;
    auto role = attributes.getAs<StringAttr>(kRoleAttr);
    if (parameters ? !role || role != "parameter" : !attributes.contains(kMinimizeAttr))
      continue;
    auto name = attributes.getAs<StringAttr>(kNameAttr);
    auto group = attributes.getAs<StringAttr>(kGroupAttr);
    members.push_back({name ? name.str() : ("#" + Twine(number)).str(),
                       group ? group.getValue() : StringRef(), value});
  }
  return members;
}

/// An error at the op nearest to the loss that hands its gradient to values of other groups only.
static LogicalResult verifyPaths(const Member &loss, ArrayRef<Member> parameters,
                                 const GradientPaths &paths) {
  SmallVector<const Member *> own, foreign;
  for (const Member &parameter : parameters)
    (parameter.group == loss.group ? own : foreign).push_back(&parameter);
  auto ownEnds = paths.leadingTo(own), foreignEnds = paths.leadingTo(foreign);
  for (OpOperand *edge : paths.edges()) {
    const Member *end = foreignEnds.lookup(edge->get());
    if (!end || ownEnds.contains(edge->get()))
      continue;
    return edge->getOwner()->emitOpError("lets the gradient of '")
           << loss.name << "', which trains " << describe(loss.group) << ", reach parameter '"
           << end->name << "' of " << describe(end->group) << " through operand #"
           << edge->getOperandNumber();
  }
  return success();
}

/// The first and second moments that `func` holds, by the name of their parameter.
static SmallVector<std::pair<StringRef, StringRef>> momentsOf(func::FuncOp func) {
  SmallVector<std::pair<StringRef, StringRef>> moments;
  for (unsigned number = 0; number < func.getNumArguments(); ++number) {
    auto role = func.getArgAttrOfType<StringAttr>(number, kRoleAttr);
    auto name = func.getArgAttrOfType<StringAttr>(number, kNameAttr);
    StringRef parameter = name ? name.getValue() : StringRef();
    if (role && role == "state" && (parameter.consume_front("m.") || parameter.consume_front("v.")))
      moments.push_back({parameter, name.getValue()});
  }
  return moments;
}

namespace {
struct VerifyGradientFlow : dsa::impl::VerifyGradientFlowBase<VerifyGradientFlow> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal() || !func.getBody().hasOneBlock())
      return;
    SmallVector<Member> parameters = membersOf(func, /*parameters=*/true);
    llvm::DenseSet<Value> trained;
    if (failed(followLosses(func, parameters, trained)))
      return signalPassFailure();
    for (unsigned number = 0; number < func.getNumResults(); ++number)
      if (auto updated = func.getResultAttrOfType<IntegerAttr>(number, kUpdatesAttr))
        trained.insert(func.getArgument(updated.getInt()));
    for (const Member &parameter : parameters) {
      if (trained.contains(parameter.value))
        continue;
      ++frozen;
      for (auto [owner, moment] : momentsOf(func))
        if (owner == parameter.name) {
          func.emitOpError("expected no optimizer state of the frozen parameter '")
              << parameter.name << "', got '" << moment << "'";
          return signalPassFailure();
        }
    }
  }

  /// Adds what the losses of a forward function with dsa.train reach to `trained`.
  LogicalResult followLosses(func::FuncOp func, ArrayRef<Member> parameters,
                             llvm::DenseSet<Value> &trained) {
    if (!func->hasAttr(kTrainAttr))
      return success();
    for (const Member &loss : membersOf(func, /*parameters=*/false)) {
      FailureOr<GradientPaths> paths = GradientPaths::of(func.front(), loss.value);
      if (failed(paths) || failed(verifyPaths(loss, parameters, *paths)))
        return failure();
      for (const Member &parameter : parameters)
        if (paths->reaches(parameter.value))
          trained.insert(parameter.value);
      ++proved;
    }
    return success();
  }
};
} // namespace
