namespace GpuAls;

/// <summary>The rows of a half-iteration, their inputs, and the rows that could not be solved in fp32.</summary>
internal sealed unsafe class HostRows
{
    private readonly HostFactors _target;
    private readonly HostFactors? _pull;
    private readonly int _firstRow;
    private readonly float* _regularization;
    private readonly CancellationToken _cancellation;
    private readonly Lock _lock = new();
    private readonly List<int> _unsolved = [];

    public HostRows(in RowSolveProblem problem, float* baseMatrix, float* regularization)
    {
        Matrix = ((HostPlays)problem.Plays).Matrix;
        Terms = new SharedTerms(problem.Weights, (HostFactors)problem.FixedFactors, baseMatrix);
        (_target, _firstRow, _pull) =
            ((HostFactors)problem.Target, problem.Rows.Start, (HostFactors?)problem.Pull);
        _regularization = regularization;
        (IsNonnegative, BlockSize, _cancellation) =
            (problem.IsNonnegative, problem.BlockSize, problem.Cancellation);
    }

    public CsrMatrix Matrix { get; }

    public SharedTerms Terms { get; }

    /// <summary>Whether x ≥ 0 is required.</summary>
    public bool IsNonnegative { get; }

    /// <summary>Whether rows are pulled toward anything but zero.</summary>
    public bool HasPull => _pull is not null;

    /// <summary>λ and λp of a row.</summary>
    public RowPull Pull(int row) => new(_regularization[row], _pull is null ? null : _pull.Row(_firstRow + row));

    /// <summary>λp of a row, [rank].</summary>
    public ReadOnlySpan<float> PullRow(int row) => new(_pull!.Row(_firstRow + row), _pull.Rank);

    /// <summary>Factors solved at a time in a sweep; 0 for other solvers.</summary>
    public int BlockSize { get; }

    /// <summary>x of a row, [rank].</summary>
    public ReadOnlySpan<float> TargetRow(int row) => new(Target(row), _target.Rank);

    /// <summary>x of a row, [stride].</summary>
    public float* Target(int row) => _target.Row(_firstRow + row);

    public void Clear(int row) => new Span<float>(Target(row), _target.Stride).Clear();

    /// <summary>The row of y of a column.</summary>
    public ReadOnlySpan<float> FixedRow(int column) => new(Terms.FixedFactors.Row(column), Terms.FixedFactors.Rank);

    public void Store(int row, ReadOnlySpan<float> x) => x.CopyTo(new Span<float>(Target(row), _target.Rank));

    public void Store(int row, float* x) => Store(row, new ReadOnlySpan<float>(x, _target.Rank));

    /// <summary>Called before each row, or each group of rows that are solved side by side.</summary>
    /// <exception cref="OperationCanceledException">No more rows are to be solved.</exception>
    public void ThrowIfStopped() => _cancellation.ThrowIfCancellationRequested();

    /// <summary>Leaves a row to be solved in fp64.</summary>
    public void Postpone(int row)
    {
        lock (_lock) _unsolved.Add(row);
    }

    /// <summary>Rows that could not be solved in fp32, in ascending order.</summary>
    public int[] Unsolved() => [.. _unsolved.Order()];
}

/// <summary>The terms shared by the equations of all rows of a half-iteration.</summary>
/// <param name="weights">Maps a value to its two weights.</param>
/// <param name="fixedFactors">y.</param>
/// <param name="baseMatrix">α₀·YᵀY, [stride, stride], both triangles, with ones on the diagonal of the padding.</param>
internal readonly unsafe struct SharedTerms(ConfidenceWeights weights, HostFactors fixedFactors, float* baseMatrix)
{
    public ConfidenceWeights Weights { get; } = weights;

    public HostFactors FixedFactors { get; } = fixedFactors;

    public float* BaseMatrix { get; } = baseMatrix;
}

/// <summary>The term λ|x - p|² of a row.</summary>
/// <param name="lambda">λ.</param>
/// <param name="right">λp, [stride]; null where p is zero.</param>
internal readonly unsafe struct RowPull(float lambda, float* right)
{
    public float Lambda { get; } = lambda;

    public float* Right { get; } = right;
}
