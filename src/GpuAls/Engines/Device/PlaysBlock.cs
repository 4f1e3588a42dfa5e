using GpuAls.Kernels.Launching;
using ILGPU;

namespace GpuAls;

/// <summary>Some rows of a CSR matrix in device memory: a matrix of its own, whose row 0 is row <c>Rows.Start</c> of the whole.</summary>
/// <param name="Rows">Which rows.</param>
/// <param name="Indptr">[Rows.Count + 1], where each row starts in this block.</param>
/// <param name="Indices">[entries], columns.</param>
/// <param name="Values">[entries].</param>
/// <param name="Schedule">The order in which the rows are solved; null where they are not to be.</param>
internal readonly record struct PlaysBlock(
    RowRange Rows, ArrayView<long> Indptr, ArrayView<int> Indices, ArrayView<float> Values, DeviceSchedule? Schedule);
