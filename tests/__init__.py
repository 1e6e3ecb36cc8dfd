"""Tests of GREEN-API for WhatsApp."""
