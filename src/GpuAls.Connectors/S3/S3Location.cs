namespace GpuAls.Connectors.S3;

/// <summary>A bucket and a key, a prefix or a pattern in it, as in <c>s3://bucket/key</c>.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Key">The key as the user wrote it, neither decoded nor normalized; may be empty.</param>
internal sealed record S3Location(string Bucket, string Key)
{
    /// <exception cref="GpuAlsException">Kind Usage: there is no bucket.</exception>
    public static S3Location Parse(string location)
    {
        var path = location[(location.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var parsed = slash < 0 ? new S3Location(path, "") : new S3Location(path[..slash], path[(slash + 1)..]);
        Require.Usage(
            parsed.Bucket.Length > 0 && !parsed.Bucket.AsSpan().ContainsAny("*?@ "),
            $"'{UrlSecrets.Masked(location)}' names no bucket; expected s3://BUCKET/KEY.");
        return parsed;
    }

    public override string ToString() => $"s3://{Bucket}/{Key}";
}
