using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace GpuAls.App;

/// <summary>A digest of plays and of how they are divided. Names of users and items do not count: no metric depends on them.</summary>
internal static class PlaysDigest
{
    /// <returns>SHA-256 in lower-case hexadecimal.</returns>
    public static string Of(IEnumerable<HeldOut> folds)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var fold in folds)
        {
            Add(hash, fold.Train.ByUser);
            Add(hash, fold.Hidden);
            Add(hash, fold.Test);
            hash.AppendData(MemoryMarshal.AsBytes<int>(fold.RowKeys.AsSpan()));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Add(IncrementalHash hash, CsrMatrix matrix)
    {
        ReadOnlySpan<int> shape = [matrix.RowCount, matrix.ColumnCount];
        hash.AppendData(MemoryMarshal.AsBytes(shape));
        hash.AppendData(MemoryMarshal.AsBytes(matrix.Indptr));
        hash.AppendData(MemoryMarshal.AsBytes(matrix.Indices));
        hash.AppendData(MemoryMarshal.AsBytes(matrix.Values));
    }
}
