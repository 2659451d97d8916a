// A phase becomes internal, and beside it stands the entry that takes all buffers as one array of pointers.
// RUN: dsa-opt %s --dsa-add-entries | FileCheck %s
// RUN: dsa-opt %s --dsa-add-entries --dsa-statistics 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT
// COUNT: dsa-add-entries
// COUNT-NEXT: 1 entries phases that received an entry

// CHECK: llvm.func @outside
// CHECK: llvm.func internal @f(
// CHECK-LABEL: llvm.func @f_entry(
// CHECK-SAME: %[[BUFFERS:.*]]: !llvm.ptr, %[[WORK:.*]]: !llvm.ptr, %[[SCRATCH:.*]]: !llvm.ptr, %[[STATUS:.*]]: !llvm.ptr, %[[BEGIN:.*]]: i64, %[[END:.*]]: i64)
// CHECK-NEXT: %[[SLOT0:.*]] = llvm.getelementptr %[[BUFFERS]][0] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
// CHECK-NEXT: %[[X:.*]] = llvm.load %[[SLOT0]]
// CHECK-NEXT: %[[SLOT1:.*]] = llvm.getelementptr %[[BUFFERS]][1] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
// CHECK-NEXT: %[[Y:.*]] = llvm.load %[[SLOT1]]
// CHECK-NEXT: llvm.call @f(%[[X]], %[[Y]], %[[WORK]], %[[SCRATCH]], %[[STATUS]], %[[BEGIN]], %[[END]])
// CHECK-NEXT: llvm.return
llvm.func @outside()
llvm.func @f(%x: !llvm.ptr, %y: !llvm.ptr, %workspace: !llvm.ptr, %scratch: !llvm.ptr, %status: !llvm.ptr, %begin: i64, %end: i64) {
  llvm.return
}
