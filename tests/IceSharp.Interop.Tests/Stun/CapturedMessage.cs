namespace IceSharp.Interop.Tests.Stun;

/// <summary>A STUN message as tshark saw it; over TCP there may be several in one packet.</summary>
/// <param name="Type">Its type in hexadecimal, for example "0x0001".</param>
/// <param name="Attributes">The types of its attributes in hexadecimal.</param>
/// <param name="Source">The port it came from.</param>
/// <param name="Destination">The port it went to.</param>
/// <param name="Complaint">What is wrong with it; empty when nothing is.</param>
internal sealed record CapturedMessage(string Type, string[] Attributes, string Source, string Destination, string Complaint);
