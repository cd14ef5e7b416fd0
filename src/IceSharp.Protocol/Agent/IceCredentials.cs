namespace IceSharp.Protocol.Agent;

/// <summary>Fresh username fragments and passwords (RFC 8445 §5.3).</summary>
internal static class IceCredentials
{
    private const string IceChars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    /// <summary>8 ice-chars, 48 random bits; the RFC asks for 24.</summary>
    public static string NewUfrag(IRandomSource random) => Draw(random, 8);

    /// <summary>24 ice-chars, 144 random bits; the RFC asks for 128.</summary>
    public static string NewPassword(IRandomSource random) => Draw(random, 24);

    private static string Draw(IRandomSource random, int length)
    {
        Span<byte> bytes = stackalloc byte[32];
        Span<char> text = stackalloc char[32];
        random.Fill(bytes[..length]);
        for (int i = 0; i < length; i++)
        {
            text[i] = IceChars[bytes[i] & 63];
        }

        return new string(text[..length]);
    }
}
