using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>What tells the plays of one training from those of another.</summary>
/// <param name="Users">Number of users.</param>
/// <param name="Items">Number of items.</param>
/// <param name="Plays">Number of user and item pairs.</param>
/// <param name="PlaysHash">
/// The sum over users of XxHash128 of each one's plays, so that it is the same however many processes share them; of
/// an earlier gpuals SHA-256 of indptr, indices and values, which is not compared.
/// </param>
/// <param name="UsersHash">SHA-256 of the ids of the users, in index order.</param>
/// <param name="ItemsHash">The same of the ids of the items.</param>
/// <param name="ValidationHash">
/// As <paramref name="PlaysHash"/>, of the plays that iterations are measured on; null without any.
/// </param>
internal sealed record DataFingerprint(
    int Users, int Items, long Plays, string PlaysHash, string UsersHash, string ItemsHash, string? ValidationHash)
{
    /// <summary>The same of the features of both sides; null without any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? FeaturesHash { get; init; }

    /// <param name="group">The processes that share the plays; all of them call it.</param>
    /// <param name="plays">The plays that are trained on.</param>
    /// <param name="validation">What iterations are measured with; empty for nothing.</param>
    public static DataFingerprint Of(
        IProcessGroup group, InteractionMatrix plays, params ReadOnlySpan<CsrMatrix> validation)
    {
        ArgumentNullException.ThrowIfNull(plays);
        return new DataFingerprint(
            plays.Users.Count, plays.Items.Count, plays.PlayCount,
            RowSum.Of(group, [plays.ByUser]), Hash(plays.Users), Hash(plays.Items),
            validation.IsEmpty ? null : RowSum.Of(group, validation));
    }

    /// <summary>What other plays have that differs, such as "users: 5 then, 6 now".</summary>
    public IEnumerable<string> Differences(DataFingerprint now)
    {
        ArgumentNullException.ThrowIfNull(now);
        (string Name, long Then, long Now)[] counts =
            [("users", Users, now.Users), ("items", Items, now.Items), ("plays", Plays, now.Plays)];
        var differ = counts.Where(count => count.Then != count.Now).Select(count => string.Create(
            CultureInfo.InvariantCulture, $"{count.Name}: {count.Then:N0} then, {count.Now:N0} now")).ToList();
        if (differ.Count == 0)
        {
            if (UsersHash != now.UsersHash) differ.Add("the users are others");
            if (ItemsHash != now.ItemsHash) differ.Add("the items are others");
            if (RowSum.Differ(PlaysHash, now.PlaysHash)) differ.Add("as many plays, but other ones");
        }

        if (FeaturesHash != now.FeaturesHash) differ.Add("the features are others");
        if (RowSum.Differ(ValidationHash, now.ValidationHash)) differ.Add("the plays of the validation are others");
        return differ;
    }

    /// <summary>The same with the features that are trained with.</summary>
    public DataFingerprint With(FeatureTables features)
    {
        ArgumentNullException.ThrowIfNull(features);
        FeatureTable[] tables = [.. new[] { features.Users, features.Items }.OfType<FeatureTable>()];
        return tables.Length == 0 ? this : this with
        {
            FeaturesHash = string.Concat(tables.Select(
                table => Hash(table.Values)[..16] + Hash(table.Ids)[..16]
                    + Hash(new IdIndex<string>(table.Names))[..16])),
        };
    }

    private static string Hash(CsrMatrix matrix)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        ReadOnlySpan<int> shape = [matrix.RowCount, matrix.ColumnCount];
        hash.AppendData(MemoryMarshal.AsBytes(shape));
        hash.AppendData(MemoryMarshal.AsBytes(matrix.Indptr));
        hash.AppendData(MemoryMarshal.AsBytes(matrix.Indices));
        hash.AppendData(MemoryMarshal.AsBytes(matrix.Values));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string Hash(IdIndex ids)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([(byte)ids.Type]);
        ids.AddTo(hash);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

/// <summary>A hash of matrices that is a sum over their rows.</summary>
file static class RowSum
{
    /// <summary>Tells it from the hashes of earlier versions.</summary>
    private const string Prefix = "rows-";

    /// <summary>Whether two hashes are of the same kind, and differ.</summary>
    public static bool Differ(string? then, string? now) => (then is null) != (now is null)
        || (then is not null && then.StartsWith(Prefix, StringComparison.Ordinal) && then != now);

    /// <summary>The sum over the rows of all processes.</summary>
    public static string Of(IProcessGroup group, ReadOnlySpan<CsrMatrix> matrices)
    {
        var (sum, seed) = (UInt128.Zero, 0L);
        foreach (var matrix in matrices) sum += Of(matrix, seed++);
        foreach (var (part, process) in group.AllGather(sum).Select((part, process) => (part, process)))
            if (process != group.Rank) sum += part;
        return $"{Prefix}{sum:x32}";
    }

    private static UInt128 Of(CsrMatrix matrix, long seed)
    {
        var (sum, key) = (UInt128.Zero, new Lock());
        ParallelRanges.ForEach(matrix.RowCount, (start, end) =>
        {
            var part = UInt128.Zero;
            for (var row = (int)start; row < end; row++)
            {
                if (matrix.RowLength(row) == 0) continue;
                var seedOfRow = (seed << 33) + (2L * row);
                part += XxHash128.HashToUInt128(MemoryMarshal.AsBytes(matrix.RowIndices(row)), seedOfRow);
                part += XxHash128.HashToUInt128(MemoryMarshal.AsBytes(matrix.RowValues(row)), seedOfRow + 1);
            }

            lock (key) sum += part;
        });
        return sum;
    }
}
