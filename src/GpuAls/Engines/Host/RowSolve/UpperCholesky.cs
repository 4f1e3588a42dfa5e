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
    /// <param name="size">Number of rows.</param>
    /// <param name="vector">b, then x, [size].</param>
    public static void Solve(float* factor, int stride, int size, float* vector)
    {
        for (var i = 0; i < size; i++)
        {
            var row = factor + ((long)i * stride);
            vector[i] *= row[i];
            SubtractAfter(vector[i], row, vector, i, size);
        }

        for (var i = size - 1; i >= 0; i--)
        {
            var row = factor + ((long)i * stride);
            vector[i] = (vector[i] - DotAfter(row, vector, i, size)) * row[i];
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

    /// <summary>
    /// vector[j] -= scale·row[j] for j > i: single floats up to the next vector boundary, then vectors.
    /// </summary>
    private static void SubtractAfter(float scale, float* row, float* vector, int i, int size)
    {
        var aligned = Math.Min(size, (i / TSimd.Width * TSimd.Width) + TSimd.Width);
        for (var j = i + 1; j < aligned; j++) vector[j] -= scale * row[j];
        VectorMath<TSimd, TVector>.AddScaled(-scale, row + aligned, vector + aligned, size - aligned);
    }

    private static float DotAfter(float* row, float* vector, int i, int size)
    {
        var aligned = Math.Min(size, (i / TSimd.Width * TSimd.Width) + TSimd.Width);
        var sum = VectorMath<TSimd, TVector>.Dot(row + aligned, vector + aligned, size - aligned);
        for (var j = i + 1; j < aligned; j++) sum += row[j] * vector[j];
        return sum;
    }
}
