namespace IceSharp.Protocol.Dns;

/// <summary>One server of a service (RFC 2782).</summary>
/// <param name="Priority">Lower ones are tried first.</param>
/// <param name="Weight">Share of the clients among records of one priority.</param>
/// <param name="Port">Port of the server.</param>
/// <param name="Target">Name of the server; "." says that the service is not offered.</param>
public sealed record SrvRecord(ushort Priority, ushort Weight, ushort Port, string Target);
