namespace GpuAls.Tests.Reference;

/// <summary>
/// Block coordinate descent as in algorithm 2 of Rendle, Krichene, Zhang and Koren (iALS++, 2021), in double: the
/// gradient and the second derivative of each block are those of the whole loss of a row, taken anew from all pairs.
/// </summary>
internal static class ReferenceSweep
{
    /// <summary>One sweep over the blocks of each row; zero for a row without plays.</summary>
    /// <param name="plays">[rows, columns].</param>
    /// <param name="weights">How a value becomes its two weights.</param>
    /// <param name="fixedFactors">y, [columns, rank].</param>
    /// <param name="regularization">λ of each row, [rows].</param>
    /// <param name="start">x at first, [rows, rank].</param>
    /// <param name="blockSize">Factors solved at a time.</param>
    /// <param name="pull">λp of each row, [rows, rank]; null for zeros.</param>
    public static double[,] Rows(
        CsrMatrix plays, ConfidenceWeights weights, double[,] fixedFactors, float[] regularization, double[,] start,
        int blockSize, double[,]? pull = null)
    {
        var rank = fixedFactors.GetLength(1);
        var gramian = ReferenceAls.Gramian(fixedFactors);
        var solution = new double[plays.RowCount, rank];
        for (var row = 0; row < plays.RowCount; row++)
        {
            if (plays.RowLength(row) == 0) continue;
            var (left, right) =
                ReferenceAls.NormalEquation(plays, row, weights, fixedFactors, gramian, regularization[row]);
            for (var i = 0; i < rank; i++) right[i] += pull?[row, i] ?? 0;
            var x = Enumerable.Range(0, rank).Select(i => start[row, i]).ToArray();
            for (var first = 0; first < rank; first += blockSize)
                Step(left, right, x, first, Math.Min(blockSize, rank - first));
            for (var i = 0; i < rank; i++) solution[row, i] = x[i];
        }

        return solution;
    }

    /// <summary>
    /// x_B ← x_B - H⁻¹g. Half the gradient of x·A x - 2 b·x is A x - b, and half its second derivative A; H is A
    /// among the factors of the block.
    /// </summary>
    private static void Step(double[,] left, double[] right, double[] x, int first, int size)
    {
        var (second, gradient) = (new double[size, size], new double[size]);
        for (var i = 0; i < size; i++)
        {
            gradient[i] = -right[first + i];
            for (var j = 0; j < x.Length; j++) gradient[i] += left[first + i, j] * x[j];
            for (var j = 0; j < size; j++) second[i, j] = left[first + i, first + j];
        }

        var step = ReferenceAls.SolveByElimination(second, gradient);
        for (var i = 0; i < size; i++) x[first + i] -= step[i];
    }
}
