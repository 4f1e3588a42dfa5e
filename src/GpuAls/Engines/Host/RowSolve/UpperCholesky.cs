namespace GpuAls;

/// <summary>
/// Factors A = UᵀU in place in the upper triangle, in blocks of eight rows. Earlier rows are subtracted from a block as
/// outer products by the micro-kernel; the block itself is eliminated row by row.
/// </summary>
internal static unsafe class UpperCholesky<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    private const int BlockRows = OuterProductTile<TSimd, TVector>.Rows;

    /// <summary>Factors A. The diagonal of the result holds 1/U[i, i].</summary>
    /// <param name="matrix">[size, stride], upper triangle.</param>
    /// <param name="stride">Distance from one row to the next.</param>
    /// <param name="size">Number of rows, a multiple of the vector width and of eight.</param>
    /// <returns>False if a pivot is not positive and finite.</returns>
    public static bool Factor(float* matrix, int stride, int size)
    {
        for (var block = 0; block < size; block += BlockRows)
        {
            var column = block / TSimd.Width * TSimd.Width;
            OuterProductTile<TSimd, TVector>.Subtract(
                matrix + block, stride, 1, matrix + column, stride, block,
                matrix + ((long)block * stride) + column, stride, size - column);
            if (!FactorBlock(matrix, stride, size, block)) return false;
        }

        return true;
    }

    /// <summary>Factors A as <see cref="Factor"/> does.</summary>
    /// <param name="matrix">[size, stride], upper triangle.</param>
    /// <param name="stride">Distance from one row to the next.</param>
    /// <param name="size">Number of rows, a multiple of the vector width and of eight.</param>
    /// <param name="unknowns">Rows without padding.</param>
    /// <returns>An estimate of the condition of A by its diagonals; infinite if it could not be factored.</returns>
    public static float FactorAndEstimate(float* matrix, int stride, int size, int unknowns)
    {
        var largest = LargestOfDiagonal(matrix, stride, unknowns);
        if (!Factor(matrix, stride, size)) return float.PositiveInfinity;
        var inverse = LargestOfDiagonal(matrix, stride, unknowns);
        return largest * inverse * inverse;
    }

    /// <summary>Solves UᵀU x = b in place.</summary>
    /// <param name="factor">The result of <see cref="Factor"/>.</param>
    /// <param name="stride">Distance from one row to the next.</param>
    /// <param name="size">Number of rows, a multiple of the vector width and of eight.</param>
    /// <param name="vector">b, then x, [size].</param>
    public static void Solve(float* factor, int stride, int size, float* vector)
    {
        var step = Math.Max(TSimd.Width, BlockRows);
        for (var block = 0; block < size; block += step)
        {
            var rows = factor + ((long)block * stride);
            SolveForward(rows + block, stride, step, vector + block);
            for (var column = block + step; column < size; column += TSimd.Width)
            {
                var rest = TSimd.Load(vector + column);
                for (var p = 0; p < step; p++)
                    rest = TSimd.MultiplySubtract(
                        TSimd.Broadcast(vector[block + p]), TSimd.Load(rows + ((nint)p * stride) + column), rest);
                TSimd.Store(rest, vector + column);
            }
        }

        for (var block = size - step; block >= 0; block -= step)
        {
            for (var first = block; first < block + step; first += BlockRows)
                SubtractSolved(factor + ((long)first * stride), stride, block + step, size, vector, first);
            SolveBack(factor + ((long)block * stride) + block, stride, step, vector + block);
        }
    }

    private static float LargestOfDiagonal(float* matrix, int stride, int size)
    {
        var largest = 0f;
        for (var i = 0; i < size; i++) largest = Math.Max(largest, matrix[((long)i * stride) + i]);
        return largest;
    }

    private static bool FactorBlock(float* matrix, int stride, int size, int block)
    {
        for (var pivotRow = block; pivotRow < block + BlockRows; pivotRow++)
        {
            var row = matrix + ((long)pivotRow * stride);
            var pivot = row[pivotRow];
            if (!(pivot > 0) || !float.IsFinite(pivot)) return false;
            var inverse = 1 / MathF.Sqrt(pivot);
            var column = pivotRow / TSimd.Width * TSimd.Width;
            VectorMath<TSimd, TVector>.Scale(inverse, row + column, row + column, size - column);
            for (var other = pivotRow + 1; other < block + BlockRows; other++)
            {
                var from = other / TSimd.Width * TSimd.Width;
                VectorMath<TSimd, TVector>.AddScaled(
                    -row[other], row + from, matrix + ((long)other * stride) + from, size - from);
            }

            row[pivotRow] = inverse;
        }

        return true;
    }

    /// <summary>The unknowns of a block: Uᵀy = b in its triangle.</summary>
    private static void SolveForward(float* triangle, nint stride, int count, float* vector)
    {
        for (var p = 0; p < count; p++, triangle += stride)
        {
            var value = vector[p] *= triangle[p];
            for (var q = p + 1; q < count; q++)
                vector[q] = float.MultiplyAddEstimate(-value, triangle[q], vector[q]);
        }
    }

    /// <summary>The unknowns of a block: U x = y in its triangle.</summary>
    private static void SolveBack(float* triangle, nint stride, int count, float* vector)
    {
        for (var p = count - 1; p >= 0; p--)
        {
            var value = vector[p] *= triangle[(p * stride) + p];
            for (var q = 0; q < p; q++)
                vector[q] = float.MultiplyAddEstimate(-value, triangle[(q * stride) + p], vector[q]);
        }
    }

    /// <summary>vector[r] -= U[r, j]·vector[j], summed over j from a column on, of eight rows r.</summary>
    private static void SubtractSolved(float* row, nint stride, int column, int size, float* vector, int r)
    {
        var (s0, s1, s2, s3) = (TSimd.Zero, TSimd.Zero, TSimd.Zero, TSimd.Zero);
        var (s4, s5, s6, s7) = (TSimd.Zero, TSimd.Zero, TSimd.Zero, TSimd.Zero);
        var other = row + (4 * stride);
        var three = 3 * stride;
        for (; column < size; column += TSimd.Width)
        {
            float* upper = row + column, lower = other + column;
            var x = TSimd.Load(vector + column);
            s0 = TSimd.MultiplyAdd(TSimd.Load(upper), x, s0);
            s1 = TSimd.MultiplyAdd(TSimd.Load(upper + stride), x, s1);
            s2 = TSimd.MultiplyAdd(TSimd.Load(upper + (2 * stride)), x, s2);
            s3 = TSimd.MultiplyAdd(TSimd.Load(upper + three), x, s3);
            s4 = TSimd.MultiplyAdd(TSimd.Load(lower), x, s4);
            s5 = TSimd.MultiplyAdd(TSimd.Load(lower + stride), x, s5);
            s6 = TSimd.MultiplyAdd(TSimd.Load(lower + (2 * stride)), x, s6);
            s7 = TSimd.MultiplyAdd(TSimd.Load(lower + three), x, s7);
        }

        var sums = stackalloc float[BlockRows];
        TSimd.StoreSums(s0, s1, s2, s3, s4, s5, s6, s7, sums);
        for (var i = 0; i < BlockRows; i++) vector[r + i] -= sums[i];
    }
}
