namespace GpuAls;

/// <summary>
/// The minimum of ½·xᵀA x - bᵀx over x ≥ 0 in fp64, by block principal pivoting (Kim and Park, SIAM J. Sci. Comput.
/// 2011): unknowns are free or held at 0; what breaks x ≥ 0 or A x - b ≥ 0 changes sides, all at once while that helps,
/// else the last one alone, which ends (Murty, 1974). It is exact, and unique where A is positive definite.
/// </summary>
/// <param name="size">Unknowns.</param>
internal sealed class NonnegativeEquation(int size)
{
    /// <summary>What is smaller than this part of its terms is rounding.</summary>
    private const double Rounding = 1e-12;

    /// <summary>Rounds in which all change sides though no fewer of them do.</summary>
    private const int Patience = 3;

    private const int RoundsPerUnknown = 100;

    private readonly bool[] _isFree = new bool[size];
    private readonly int[] _free = new int[size];
    private readonly double[] _factor = new double[size * size];
    private readonly double[] _solution = new double[size];
    private readonly List<int> _wrong = [];

    /// <summary>
    /// The largest element of the diagonal ÷ the smallest squared pivot of the equations in the free unknowns; 0 where
    /// all are 0.
    /// </summary>
    public double Condition { get; private set; }

    /// <summary>
    /// The smallest slope along an unknown held at 0, relative to its terms: where it is rounding of A and b, the
    /// unknown may be free as well.
    /// </summary>
    public double SmallestSlope { get; private set; }

    /// <summary>Solves one row.</summary>
    /// <param name="left">A, the lower triangle of [size, size].</param>
    /// <param name="right">b, [size].</param>
    /// <param name="x">
    /// [size]; those above 0 are free at first, which saves rounds and changes no more than rounding. Written on
    /// success only.
    /// </param>
    /// <returns>Whether A is positive definite where x is free.</returns>
    public bool Solve(double[] left, double[] right, Span<float> x)
    {
        for (var i = 0; i < size; i++) _isFree[i] = x[i] > 0;
        var (fewest, patience) = (size + 1, Patience);
        for (var round = 0; round < RoundsPerUnknown * size; round++)
        {
            if (!SolveFree(left, right)) return false;
            FindWrong(left, right);
            if (_wrong.Count == 0) return Store(x);
            if (_wrong.Count < fewest) (fewest, patience) = (_wrong.Count, Patience);
            else patience--;
            Exchange(patience >= 0 ? 0 : _wrong.Count - 1);
        }

        return false;
    }

    /// <summary>The wrong unknowns from one on change sides.</summary>
    private void Exchange(int first)
    {
        for (var i = first; i < _wrong.Count; i++) _isFree[_wrong[i]] = !_isFree[_wrong[i]];
    }

    /// <summary>Solves the equations of the free unknowns in these; all others are 0.</summary>
    private bool SolveFree(double[] left, double[] right)
    {
        var count = 0;
        for (var i = 0; i < size; i++)
            if (_isFree[i]) _free[count++] = i;
        var largest = 0.0;
        for (var i = 0; i < count; i++)
        {
            _solution[i] = right[_free[i]];
            for (var j = 0; j <= i; j++) _factor[(i * count) + j] = left[(_free[i] * size) + _free[j]];
            largest = Math.Max(largest, _factor[(i * count) + i]);
        }

        if (!Fp64Cholesky.Factor(_factor, count)) return false;
        Fp64Cholesky.Solve(_factor, _solution.AsSpan(0, count));
        Condition = 0;
        for (var i = 0; i < count; i++)
            Condition = Math.Max(Condition, largest / (_factor[(i * count) + i] * _factor[(i * count) + i]));
        for (var i = size - 1; i >= 0; i--) _solution[i] = _isFree[i] ? _solution[--count] : 0;
        return true;
    }

    /// <summary>Free unknowns below 0, and others along which the function falls; rising.</summary>
    private void FindWrong(double[] left, double[] right)
    {
        _wrong.Clear();
        SmallestSlope = double.PositiveInfinity;
        var largest = 0.0;
        foreach (var value in _solution) largest = Math.Max(largest, Math.Abs(value));
        for (var i = 0; i < size; i++)
        {
            var excess = _isFree[i] ? _solution[i] / largest : RelativeSlope(i, left, right[i]);
            if (excess < -Rounding) _wrong.Add(i);
            if (!_isFree[i]) SmallestSlope = Math.Min(SmallestSlope, excess);
        }
    }

    /// <summary>One element of A x - b, relative to its terms; infinite if there are none.</summary>
    private double RelativeSlope(int unknown, double[] left, double right)
    {
        var (slope, terms) = (-right, Math.Abs(right));
        for (var j = 0; j < size; j++)
        {
            var term = left[(Math.Max(unknown, j) * size) + Math.Min(unknown, j)] * _solution[j];
            slope += term;
            terms += Math.Abs(term);
        }

        return terms == 0 ? double.PositiveInfinity : slope / terms;
    }

    /// <summary>Rounding below 0 becomes 0.</summary>
    private bool Store(Span<float> x)
    {
        foreach (var value in _solution)
            if (!float.IsFinite((float)value)) return false;
        for (var i = 0; i < size; i++) x[i] = Math.Max(0, (float)_solution[i]);
        return true;
    }
}
