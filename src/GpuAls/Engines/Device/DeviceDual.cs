using System.Runtime.InteropServices;
using GpuAls.Kernels;
using ILGPU;

namespace GpuAls;

/// <summary>
/// The terms shared by the dual equations of a half-iteration (<see cref="DualRowSolve"/>): the eigenbasis of YᵀY,
/// found on the CPU in fp64, and y in that basis, on the device.
/// </summary>
/// <param name="store">The device's memory.</param>
/// <param name="launcher">Rotates y.</param>
/// <param name="threadCount">Threads of the CPU.</param>
internal sealed class DeviceDual(DeviceStore store, DualLauncher launcher, Func<int> threadCount) : IDisposable
{
    private const int FewRows = 256;

    private readonly ReusableBuffer<Float4> _into = new(store.Accelerator);
    private readonly ReusableBuffer<Float4> _back = new(store.Accelerator);
    private readonly ReusableBuffer<Float4> _diagonal = new(store.Accelerator);
    private readonly ReusableBuffer<Float4> _factors = new(store.Accelerator);
    private DualBasis? _basis;
    private (DualBasis Basis, DeviceFactors Factors)? _kept;
    private DualTerms _terms;

    /// <summary>Rows of the target for which finding a basis pays, besides two for each factor.</summary>
    internal int LeastRows { get; set; } = FewRows;

    /// <summary>Rows of the target for which finding a basis pays.</summary>
    public static int RowsForBasis(int rank) => FewRows + (2 * rank);

    /// <summary>The basis for a problem; null where no row is solved through dual equations.</summary>
    /// <remarks>
    /// What it depends on is the same for all parts of a half-iteration: the rows of a part do not decide how they are
    /// solved.
    /// </remarks>
    public DualBasis? Basis(in RowSolveProblem problem)
    {
        var rank = problem.FixedFactors.Rank;
        var longest = DualLauncher.LongestRow(store.Accelerator, rank);
        var isExact = problem.ConjugateGradientSteps == 0 && problem.BlockSize == 0 && !problem.IsNonnegative
            && problem.Precision == SumPrecision.Fp32 && problem.Pull is null;
        if (!isExact || problem.Target.RowCount < LeastRows + (2 * rank)) return null;
        if (((DevicePlays)problem.Plays).ShortestRow > longest) return null;
        if (_basis?.Serves(problem) != true) _basis = DualBasis.Of(problem, longest, threadCount());
        return _basis.IsFound ? _basis : null;
    }

    /// <summary>Brings a basis to the device, and y into it.</summary>
    /// <param name="basis">The basis.</param>
    /// <param name="fixedFactors">y.</param>
    /// <param name="hasMore">Whether they are asked for again, for the same y.</param>
    public DualTerms Terms(DualBasis basis, DeviceFactors fixedFactors, bool hasMore)
    {
        var isKept = _kept is { } kept && kept.Basis == basis && kept.Factors == fixedFactors;
        _kept = hasMore ? (basis, fixedFactors) : null;
        if (isKept) return _terms;
        var diagonal = Fill(_diagonal, basis.Diagonal);
        if (!basis.IsRotated)
            return _terms = new DualTerms(basis.LongestRow, fixedFactors.View, diagonal, diagonal, IsRotated: false);
        var factors = _factors.Take((long)fixedFactors.RowCount * fixedFactors.Rank4);
        launcher.Rotate(
            fixedFactors.Rows(0, fixedFactors.RowCount), Fill(_into, basis.Into), factors, fixedFactors.Rank4);
        return _terms = new DualTerms(basis.LongestRow, factors, diagonal, Fill(_back, basis.Back), IsRotated: true);
    }

    /// <summary>Frees the device memory kept between calls.</summary>
    public void Release()
    {
        _kept = null;
        _into.Dispose();
        _back.Dispose();
        _diagonal.Dispose();
        _factors.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => Release();

    private static ArrayView<Float4> Fill(ReusableBuffer<Float4> buffer, float[] values) =>
        buffer.Fill(MemoryMarshal.Cast<float, Float4>(values));
}

/// <summary>The eigenbasis of a Gramian, padded to a multiple of eight factors.</summary>
internal sealed class DualBasis
{
    private readonly double[] _gramian;
    private readonly float _unobservedWeight;

    private DualBasis(in RowSolveProblem problem, int longestRow)
    {
        (_gramian, _unobservedWeight) = (problem.Gramian.ToArray(), problem.Weights.UnobservedWeight);
        (LongestRow, IsRotated) = (longestRow, _unobservedWeight != 0);
    }

    /// <summary>The most plays of a row that is solved in it.</summary>
    public int LongestRow { get; }

    /// <summary>Whether YᵀY is clearly positive definite, or does not matter.</summary>
    public bool IsFound { get; private init; }

    /// <summary>Whether it is other than the usual one: without α₀·YᵀY, any is as good.</summary>
    public bool IsRotated { get; }

    /// <summary>[padded, padded], column j is an eigenvector.</summary>
    public float[] Into { get; private init; } = [];

    /// <summary>[padded, padded], row j is an eigenvector.</summary>
    public float[] Back { get; private init; } = [];

    /// <summary>[padded], the eigenvalues of α₀·YᵀY, with ones in the padding.</summary>
    public float[] Diagonal { get; private init; } = [];

    /// <summary>Whether it is that of another problem too.</summary>
    public bool Serves(in RowSolveProblem problem) =>
        problem.Weights.UnobservedWeight == _unobservedWeight && problem.Gramian.SequenceEqual(_gramian);

    /// <summary>Computes the basis.</summary>
    /// <param name="problem">What it is for.</param>
    /// <param name="longestRow">The most plays of a row that is solved in it.</param>
    /// <param name="threadCount">Threads.</param>
    public static DualBasis Of(in RowSolveProblem problem, int longestRow, int threadCount)
    {
        var (rank, weight) = (problem.FixedFactors.Rank, problem.Weights.UnobservedWeight);
        var padded = Float4.CountFor(rank) * Float4.Width;
        var diagonal = new float[padded];
        diagonal.AsSpan(rank).Fill(1);
        if (weight == 0) return new DualBasis(problem, longestRow) { IsFound = true, Diagonal = diagonal };
        if (EigenBasis.Of(problem.Gramian, rank, threadCount) is not { } basis)
            return new DualBasis(problem, longestRow);
        var (into, back) = (new float[padded * padded], new float[padded * padded]);
        for (var j = 0; j < rank; j++)
        {
            diagonal[j] = (float)(weight * basis.Values[j]);
            for (var i = 0; i < rank; i++)
                into[(i * padded) + j] = back[(j * padded) + i] = (float)basis.Vectors[(j * rank) + i];
        }

        return new DualBasis(problem, longestRow) { IsFound = true, Diagonal = diagonal, Into = into, Back = back };
    }
}
