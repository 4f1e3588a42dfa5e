using System.Text;
using System.Text.Json;

namespace GpuAls.Cli;

/// <summary>What a value of a config file is.</summary>
internal enum ConfigType
{
    Text,
    Number,
    Boolean,
    Null,
    List,
    Mapping,
}

/// <summary>A value of a config file.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Text">Text, a number as it is written, or <c>true</c> or <c>false</c>; else empty.</param>
/// <param name="Line">The line it begins on, from 1.</param>
/// <param name="Items">The values of a list; else empty.</param>
internal sealed record ConfigValue(ConfigType Type, string Text, int Line, IReadOnlyList<ConfigValue> Items)
{
    public static ConfigValue Scalar(ConfigType type, string text, int line) => new(type, text, line, []);
}

/// <summary>A key of a config file with its value.</summary>
internal sealed record ConfigEntry(string Key, int Line, ConfigValue Value);

/// <summary>Reads config files: one object of options, in JSON or YAML.</summary>
internal static class ConfigFile
{
    /// <summary>The key that tells editors where the schema is; it is not an option.</summary>
    private const string SchemaKey = "$schema";

    /// <summary>The keys in the order of the file.</summary>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: the file cannot be read, is no such object, or has a key twice.
    /// </exception>
    public static IReadOnlyList<ConfigEntry> Read(string path)
    {
        var isJson = Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".JSON" => true,
            ".YAML" or ".YML" => false,
            _ => throw Bad($"--config is '{path}'; expected a .json, .yaml or .yml file."),
        };
        var text = ReadText(path);
        IReadOnlyList<ConfigEntry> entries = isJson ? JsonConfig.Read(path, text) : YamlConfig.Read(path, text);
        var lines = new Dictionary<string, int>();
        foreach (var entry in entries)
            if (!lines.TryAdd(entry.Key, entry.Line))
                throw Bad($"{path} line {entry.Line}: {entry.Key} is given twice, first on line {lines[entry.Key]}.");
        return [.. entries.Where(entry => entry.Key != SchemaKey)];
    }

    /// <summary>A config file that is no object of options.</summary>
    public static GpuAlsException NotAnObject(string path) =>
        Bad($"{path} has no object of options; expected one, such as {{ \"rank\": 32 }} in JSON or rank: 32 in YAML.");

    public static GpuAlsException Bad(string message, Exception? cause = null) =>
        new(FailureKind.Usage, message, cause);

    private static string ReadText(string path)
    {
        try
        {
            using var reader = new StreamReader(path, new UTF8Encoding(false, throwOnInvalidBytes: true));
            return reader.ReadToEnd();
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Bad($"--config '{path}' does not exist.", exception);
        }
        catch (DecoderFallbackException exception)
        {
            throw Bad($"--config '{path}' is not valid UTF-8.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Bad($"--config '{path}' cannot be read: {exception.Message.TrimEnd('.')}.", exception);
        }
    }
}

/// <summary>Config files in JSON; comments are skipped.</summary>
internal static class JsonConfig
{
    public static IReadOnlyList<ConfigEntry> Read(string path, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw ConfigFile.NotAnObject(path);
            var entries = new List<ConfigEntry>();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (key, line) = (reader.GetString()!, Line(reader, bytes));
                reader.Read();
                entries.Add(new ConfigEntry(key, line, Value(ref reader, bytes)));
            }

            while (reader.Read()) { } // whatever follows the object is refused
            return entries;
        }
        catch (JsonException exception)
        {
            var message = exception.Message.Split(" LineNumber:")[0].TrimEnd('.');
            throw ConfigFile.Bad(
                $"{path} line {exception.LineNumber + 1} is not valid JSON: {message}.", exception);
        }
    }

    private static ConfigValue Value(ref Utf8JsonReader reader, byte[] bytes)
    {
        var line = Line(reader, bytes);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray:
                var items = new List<ConfigValue>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    items.Add(Value(ref reader, bytes));
                return new ConfigValue(ConfigType.List, "", line, items);
            case JsonTokenType.StartObject:
                reader.Skip();
                return ConfigValue.Scalar(ConfigType.Mapping, "", line);
            case JsonTokenType.String: return ConfigValue.Scalar(ConfigType.Text, reader.GetString()!, line);
            case JsonTokenType.Number:
                return ConfigValue.Scalar(ConfigType.Number, Encoding.UTF8.GetString(reader.ValueSpan), line);
            case JsonTokenType.True: return ConfigValue.Scalar(ConfigType.Boolean, "true", line);
            case JsonTokenType.False: return ConfigValue.Scalar(ConfigType.Boolean, "false", line);
            default: return ConfigValue.Scalar(ConfigType.Null, "", line);
        }
    }

    private static int Line(in Utf8JsonReader reader, byte[] bytes) =>
        bytes.AsSpan(0, (int)reader.TokenStartIndex).Count((byte)'\n') + 1;
}
